/// The operator of an assertion.
public enum Comparison: String, Sendable, Hashable, CaseIterable {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="

    /// Whether `left OP right` holds.
    ///
    /// Two numbers are equal when they differ by less than a billionth of the larger: 0.1 + 0.2 is 0.3 to a person.
    public func holds(_ left: Double, _ right: Double) -> Bool {
        let same = (left - right).magnitude <= 1e-9 * max(left.magnitude, right.magnitude)
        return switch self {
        case .less: left < right && !same
        case .lessOrEqual: left < right || same
        case .greater: left > right && !same
        case .greaterOrEqual: left > right || same
        case .equal: same
        case .notEqual: !same
        }
    }
}
