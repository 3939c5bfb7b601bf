/// Who decides on the pair (RFC 8445 §4).
public enum IceRole: Sendable {
    case controlling
    case controlled

    var opposite: IceRole { self == .controlling ? .controlled : .controlling }
}
