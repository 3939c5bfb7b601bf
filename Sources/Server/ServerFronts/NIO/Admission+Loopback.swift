import RTCCore

extension Admission {
    static func isLoopbackLiteral(_ name: String) -> Bool {
        SocketAddress(name, port: 0)?.isLoopback ?? false
    }
}
