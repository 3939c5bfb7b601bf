import NetworkDriver
import RTCCore
import Testing

@Suite("The address that leads to a server")
struct LocalRouteTests {
    @Test("is the loopback's own for a server on the loopback, and has no port")
    func loopback() {
        #expect(LocalRoute.address(towards: "127.0.0.1", port: 80) == .loopback(port: 0))
    }

    @Test("is unknown for a name that nobody has")
    func unknown() {
        #expect(LocalRoute.address(towards: "nobody.invalid", port: 80) == nil)
    }

    @Test("is never the loopback for the world outside, where a way leads there at all")
    func outward() {
        #expect(LocalRoute.outward?.isLoopback != true)
    }
}
