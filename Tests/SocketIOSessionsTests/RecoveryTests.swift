import RTCCore
import SignalingProtocol
import SocketIO
import SocketIOSessions
import Testing

@Suite("Connection state recovery")
struct RecoveryTests {
    private var host: Host<Application>

    private static var configuration: SocketIOConfiguration {
        var configuration = SocketIOConfiguration()
        configuration.recovery = .seconds(120)
        configuration.recoveryEvents = 3
        return configuration
    }

    init() {
        host = Host(
            Application(Self.configuration) { server, event in
                guard case .connecting(let socket, _, _, let auth, _) = event else { return }
                if auth["token"] == "stale" { server.refuse(socket, message: "token expired") } else { server.accept(socket) }
            })
    }

    /// Connects, and takes the answer apart.
    private func connect(_ auth: String = "") throws -> (socket: UInt64, sid: String, pid: String, rest: [String]) {
        let socket = try #require(host.webSocket("EIO=4&transport=websocket"))
        host.send("40" + auth, on: socket)
        let texts = Array(host.texts(socket).dropFirst())
        let reply = try JSONParser.parse(String(try #require(texts.first).dropFirst(2))).objectValue
        return (
            socket, try #require(reply?["sid"]?.stringValue), try #require(reply?["pid"]?.stringValue), Array(texts.dropFirst())
        )
    }

    private var first: SocketIOSocket {
        for case .connecting(let socket, _, _, _, _) in host.server.log { return socket }
        preconditionFailure("nobody connected")
    }

    private func emit(_ text: String, isVolatile: Bool = false) {
        host.server.server.emit("e", [.string(text)], isVolatile: isVolatile, to: first)
        host.settle()
    }

    @Test("a client that comes back with its last offset is itself again, and hears what it missed")
    func recovered() throws {
        let (socket, sid, pid, _) = try connect()
        emit("a")
        #expect(host.texts(socket) == [#"42["e","a","1"]"#])
        host.drop(socket)
        #expect(host.server.log.last == .lost(first))
        emit("b")
        emit("c")
        let again = try connect(#"{"pid":"\#(pid)","offset":"1"}"#)
        #expect(again.sid == sid)
        #expect(again.pid == pid)
        #expect(again.rest == [#"42["e","b","2"]"#, #"42["e","c","3"]"#])
    }

    @Test("a client that has heard nothing yet comes back without an offset")
    func withoutOffset() throws {
        let (socket, sid, pid, _) = try connect()
        host.drop(socket)
        emit("a")
        let again = try connect(#"{"pid":"\#(pid)"}"#)
        #expect(again.sid == sid)
        #expect(again.rest == [#"42["e","a","1"]"#])
    }

    @Test("it works twice in a row")
    func twice() throws {
        let (socket, sid, pid, _) = try connect()
        host.drop(socket)
        emit("a")
        let second = try connect(#"{"pid":"\#(pid)"}"#)
        host.drop(second.socket)
        emit("b")
        let third = try connect(#"{"pid":"\#(pid)","offset":"1"}"#)
        #expect(third.sid == sid)
        #expect(third.rest == [#"42["e","b","2"]"#])
    }

    @Test("a client whose old connection is not known to be gone gets its socket, and the old connection closes")
    func ghost() throws {
        let (socket, sid, pid, _) = try connect()
        let again = try connect(#"{"pid":"\#(pid)"}"#)
        #expect(again.sid == sid)
        #expect(host.isClosed(socket))
        emit("a")
        #expect(host.texts(again.socket) == [#"42["e","a","1"]"#])
    }

    @Test("after two minutes it is another client", arguments: [119, 120])
    func expiry(seconds: Int) throws {
        let (socket, sid, pid, _) = try connect()
        host.drop(socket)
        host.wait(.seconds(seconds))
        #expect((try connect(#"{"pid":"\#(pid)"}"#).sid == sid) == (seconds < 120))
    }

    @Test("who has missed more than is kept is another client")
    func gap() throws {
        let (socket, sid, pid, _) = try connect()
        host.drop(socket)
        for text in ["a", "b", "c", "d"] { emit(text) }
        #expect(try connect(#"{"pid":"\#(pid)"}"#).sid != sid)
    }

    @Test(
        "a secret or an offset that was never given makes another client",
        arguments: [
            #"{"pid":"x"}"#, #"{"pid":"PID","offset":"9"}"#, #"{"pid":"PID","offset":"x"}"#, #"{"pid":"PID","offset":7}"#,
        ])
    func wrong(auth: String) throws {
        let (socket, sid, pid, _) = try connect()
        host.drop(socket)
        #expect(try connect(auth.replacing("PID", with: pid)).sid != sid)
    }

    @Test("what a returning client shows is checked anew, and the refused one is over")
    func checkedAnew() throws {
        let (socket, _, pid, _) = try connect()
        host.drop(socket)
        let again = try #require(host.webSocket("EIO=4&transport=websocket"))
        host.send(#"40{"pid":"\#(pid)","token":"stale"}"#, on: again)
        #expect(host.texts(again).last == #"44{"message":"token expired"}"#)
        #expect(host.server.log.last == .disconnected(first, .server))
    }

    @Test("a volatile event is not kept, and its offset is that of the last one that was")
    func volatileEvent() throws {
        let (socket, _, pid, _) = try connect()
        emit("a")
        emit("v", isVolatile: true)
        #expect(host.texts(socket) == [#"42["e","a","1"]"#, #"42["e","v","1"]"#])
        host.drop(socket)
        emit("w", isVolatile: true)
        #expect(try connect(#"{"pid":"\#(pid)","offset":"1"}"#).rest == [])
    }

    @Test("who says goodbye does not come back")
    func goodbye() throws {
        let (socket, sid, pid, _) = try connect()
        host.send("41", on: socket)
        #expect(host.server.log.last == .disconnected(first, .client))
        #expect(try connect(#"{"pid":"\#(pid)"}"#).sid != sid)
    }

    @Test("without recovery there is no secret, and events are as they were sent")
    mutating func off() throws {
        host = Host(
            Application { server, event in
                guard case .connecting(let socket, _, _, _, _) = event else { return }
                server.accept(socket)
                server.emit("e", ["a"], to: socket)
            })
        let socket = try #require(host.webSocket("EIO=4&transport=websocket"))
        host.send("40", on: socket)
        let texts = host.texts(socket)
        #expect(texts[1].split(separator: "\"").map(String.init).contains("pid") == false)
        #expect(texts[2] == #"42["e","a"]"#)
        host.drop(socket)
        #expect(host.server.log.last == .disconnected(first, .closed))
    }
}
