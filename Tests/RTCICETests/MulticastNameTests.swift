import MutatedInput
import RTCCore
import RTCICE
import RTCWire
import Testing

@Suite("Names of multicast DNS, RFC 6762")
struct MulticastNameTests {
    private let name = "0c5e9b2f-6f6e-4a3c-8d8f-1d4f1b2c3d4e.local"
    private let socket = SocketAddress(ipv4: 0, port: 5353)

    private func question(_ name: String, _ type: MulticastDNS.RecordType) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 300) { buffer, count in
            count = MulticastDNS.write(questionFor: name, type, into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    private func label(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    /// A response as browsers send it: identifier zero, authoritative, the record replaces what was known, an NSEC record behind it
    /// whose name points back.
    private func response(_ name: String, _ data: [UInt8], type: UInt8 = 1) -> [UInt8] {
        [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 1] + label(name) + [0, type, 0x80, 1, 0, 0, 0, 120, 0, UInt8(data.count)] + data
            + [0xC0, 12, 0, 47, 0x80, 1, 0, 0, 0, 120, 0, 5, 0xC0, 12, 0, 1, 0x40]
    }

    private func addresses(_ bytes: [UInt8]) -> (isWhole: Bool, found: [String]) {
        var found: [String] = []
        let isWhole = bytes.withUnsafeBytes { raw in
            MulticastDNS.readAddresses(in: raw.bytes) { found.append("\($0) \($1.host)") }
        }
        return (isWhole, found)
    }

    /// What the resolver sends now.
    private func sent(_ resolver: inout MulticastNameResolver) -> [[UInt8]] {
        var batch = DatagramBatch(capacity: 8)
        _ = resolver.nextDatagrams(into: &batch)
        var datagrams: [[UInt8]] = []
        for index in 0..<batch.count {
            let path = batch[index].path
            #expect(path == Path(local: socket, remote: MulticastDNS.group))
            datagrams.append(Array(batch.bytes(at: index)))
        }
        return datagrams
    }

    private func receive(_ bytes: [UInt8], _ resolver: inout MulticastNameResolver, at now: Instant) {
        bytes.withUnsafeBytes { resolver.receive($0.bytes, now: now) }
    }

    @Test("a question is twelve bytes, one name, its type and the class")
    func writes() {
        #expect(
            question("a.local", .aaaa) == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0x61, 5] + Array("local".utf8) + [
                0, 0, 28, 0, 1,
            ])
    }

    @Test("only one label below local. is asked for")
    func names() {
        #expect(MulticastDNS.isName(name) && MulticastDNS.isName("A-b.LOCAL"))
        for wrong in [
            "local", ".local", "a.b.local", "a.example", "a b.local", "é.local", String(repeating: "a", count: 64) + ".local",
        ] {
            #expect(!MulticastDNS.isName(wrong), "\(wrong)")
        }
    }

    @Test("addresses of both families are read, whatever stands around them")
    func reads() {
        let four = addresses(response(name.uppercased(), [192, 0, 2, 7]))
        #expect(four.isWhole && four.found == ["\(name) 192.0.2.7"])
        let six = addresses(response("a.local", [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1], type: 28))
        #expect(six.found == ["a.local 2001:db8::1"])
        // A question is no response, and a record of another size no address.
        #expect(!addresses(question(name, .a)).isWhole)
        #expect(addresses(response("a.local", [1, 2, 3])).found.isEmpty)
    }

    @Test("a name that points at itself, or forward, ends the reading")
    func loops() {
        let head: [UInt8] = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0]
        #expect(!addresses(head + [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4]).isWhole)
        #expect(!addresses(head + [0xC0, 40, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4]).isWhole)
    }

    @Test("survives 10,000 mutations of its own messages")
    func mutations() {
        var mutator = Mutator(seed: 5)
        let corpus = [
            response(name, [192, 0, 2, 7]), response("a.local", [UInt8](repeating: 1, count: 16), type: 28), question(name, .a),
        ]
        for _ in 0..<10_000 { _ = addresses(mutator.mutate(corpus)) }
    }

    @Test("both families are asked for at once, again after one and two seconds, and not after an answer")
    func asks() throws {
        var resolver = MulticastNameResolver()
        resolver.resolve(name, now: .seconds(1))
        #expect(resolver.wantsSocket)
        #expect(sent(&resolver).isEmpty)
        resolver.socketOpened(socket, now: .seconds(1))
        let first = sent(&resolver)
        #expect(first == [question(name, .a), question(name, .aaaa)])
        #expect(resolver.deadline == .seconds(2))
        resolver.advance(to: .seconds(2))
        #expect(sent(&resolver).count == 2)
        #expect(resolver.deadline == .seconds(4))
        receive(response(name, [192, 0, 2, 7]), &resolver, at: .seconds(2.1))
        let event = resolver.nextEvent()
        #expect(event == .resolved(name: name, address: SocketAddress(ipv4: 0xC000_0207, port: 0)))
        #expect(!resolver.wantsSocket && resolver.deadline == nil)
        #expect(sent(&resolver).isEmpty)
    }

    @Test("what nobody answers is given up after five seconds")
    func bound() {
        var resolver = MulticastNameResolver()
        resolver.resolve(name, now: .seconds(1))
        resolver.socketOpened(socket, now: .seconds(1))
        receive(response("other.local", [192, 0, 2, 7]), &resolver, at: .seconds(2))
        resolver.advance(to: .seconds(5.9))
        #expect(resolver.nextEvent() == nil)
        resolver.advance(to: .seconds(6))
        #expect(resolver.nextEvent() == .failed(name: name))
        #expect(!resolver.wantsSocket)
    }

    @Test("without a socket everything fails, at once where none can be opened and after the bound where none comes")
    func noSocket() {
        var resolver = MulticastNameResolver()
        resolver.resolve(name, now: .seconds(1))
        resolver.socketFailed()
        #expect(resolver.nextEvent() == .failed(name: name))
        resolver.resolve(name, now: .seconds(1))
        #expect(resolver.deadline == .seconds(6))
        resolver.advance(to: .seconds(6))
        #expect(resolver.nextEvent() == .failed(name: name))
    }

    @Test("names beyond the limit, and what is no such name, are refused without a question")
    func limits() {
        var resolver = MulticastNameResolver()
        for number in 0..<40 { resolver.resolve("n\(number).local", now: .seconds(1)) }
        resolver.resolve("n0.local", now: .seconds(1))
        var failed: [String] = []
        while case .failed(let name) = resolver.nextEvent() { failed.append(name) }
        #expect(failed == (32..<40).map { "n\($0).local" })
        resolver.resolve("example.org", now: .seconds(1))
        #expect(resolver.nextEvent() == .failed(name: "example.org"))
    }
}
