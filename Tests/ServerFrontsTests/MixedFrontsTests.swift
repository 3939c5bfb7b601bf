import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import Testing

@Suite("All fronts as one machine")
struct MixedFrontsTests {
    private static let room = "peerjs:peerjs"

    /// Connections by what is sent on them, in virtual time.
    private final class Table {
        let fronts: MixedFronts
        let now = Instant.origin
        private var heard: [UInt64: [String]] = [:]

        init() {
            var configuration = ServerConfiguration(trustLoopback: true)
            configuration.peerJS.allowsDiscovery = true
            fronts = MixedFronts(configuration: configuration, seed: 1, at: .origin)
        }

        func open(_ connection: UInt64, _ path: String) {
            fronts.opened(connection, url: "ws://server.invalid\(path)", now: now)
            collect()
        }

        func say(_ text: String, on connection: UInt64) {
            fronts.received(text, on: connection, now: now)
            collect()
        }

        func hangUp(_ connection: UInt64) {
            fronts.closed(connection, code: CloseCode.left.rawValue, now: now)
            collect()
        }

        func take(_ connection: UInt64) -> [String] { heard.removeValue(forKey: connection) ?? [] }

        private func collect() {
            while let output = fronts.nextOutput() {
                if case .send(let connection, let text) = output { heard[connection, default: []].append(text) }
            }
        }
    }

    @Test("the path of an address leads to its front, and three dialects in one room see one roster")
    func roster() {
        let table = Table()
        let (bot, user, peer) = (UInt64(1), UInt64(2), UInt64(3))
        table.open(bot, "/ws")
        table.say(#"{"t":"hello","id":1}"#, on: bot)
        table.say(#"{"t":"join","id":2,"d":{"room":"\#(Self.room)","name":"bot"}}"#, on: bot)
        table.say(#"{"t":"ready","id":3}"#, on: bot)
        #expect(table.take(bot).count == 3)

        table.open(user, "/socket.io/?EIO=4&transport=websocket")
        table.say("40", on: user)
        table.say(#"421["join-room",{"room":"\#(Self.room)","id":"ana"}]"#, on: user)
        table.say(#"422["get-users",null]"#, on: user)
        let answers = table.take(user).filter { $0.hasPrefix("43") }
        #expect(answers.count == 2 && answers[1].contains(#""name":"bot""#))
        #expect(table.take(bot).filter { $0.contains("peer_joined") && $0.contains(#""name":"ana""#) }.count == 1)

        table.open(peer, "/peerjs/peerjs?key=peerjs&id=alice&token=t&version=1.5.4")
        #expect(table.take(peer) == [#"{"type":"OPEN"}"#])
        #expect(table.take(bot).filter { $0.contains("peer_joined") && $0.contains(#""name":"alice""#) }.count == 1)
        #expect(table.take(user).filter { $0.contains("user-connected") && $0.contains("alice") }.count == 1)

        table.hangUp(user)
        #expect(table.take(bot).filter { $0.contains("peer_left") }.count == 1)
        table.hangUp(peer)
        #expect(table.take(bot).filter { $0.contains("peer_left") }.count == 1)
    }
}
