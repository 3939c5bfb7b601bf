import RTCCore
import Testing

@Suite("Instants")
struct InstantTests {
    @Test("durations add and subtract to the nanosecond")
    func arithmetic() {
        let start = Instant.milliseconds(1500)
        #expect(start + .nanoseconds(1) > start)
        #expect((start + .milliseconds(500)).seconds == 2)
        #expect(Instant.seconds(3) - start == .milliseconds(1500))
        #expect(Instant.origin - .seconds(1) == .origin)
    }

    @Test("a deadline of never is later than any other")
    func never() {
        #expect(earliest(nil, .seconds(1)) == .seconds(1))
        #expect(earliest(.seconds(2), .seconds(1)) == .seconds(1))
        #expect(earliest(nil, nil) == nil)
    }

    @Test("NTP time maps back to the instant within a nanosecond", arguments: [UInt64(0), 1, 999_999_999, 123_456_789_012])
    func ntp(nanoseconds: UInt64) {
        let instant = Instant(nanoseconds: nanoseconds)
        let back = WallClock.simulation.instant(atNTP: WallClock.simulation.ntp(at: instant))
        #expect(abs(back.nanoseconds(to: instant)) <= 1)
    }
}

@Suite("Socket addresses")
struct SocketAddressTests {
    @Test(
        "literals read and write as RFC 5952 says",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1"), ("[::1]", "::1"), ("::", "::"),
            ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::ffff:192.0.2.1", "::ffff:c000:201"),
        ])
    func literals(text: String, canonical: String) throws {
        #expect(try #require(SocketAddress(text, port: 9)).host == canonical)
    }

    @Test(
        "what is not a literal is refused",
        arguments: [
            "", "localhost", "1.2.3", "1.2.3.256", "1.2.3.4.5", "1::2::3", ":::", "12345::", "+1::", "1:2:3:4:5:6:7:8:9",
        ])
    func refused(text: String) {
        #expect(SocketAddress(text, port: 9) == nil)
    }
}

@Suite("Bytes")
struct BytesTests {
    @Test("what is written is read again, and reading on is nil")
    func roundTrip() {
        let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: 18, alignment: 8)
        defer { slab.deallocate() }
        var writer = ByteWriter(slab)
        writer.write(UInt8(1))
        writer.write(UInt16(0x0203))
        writer.writeUInt24(0x040506)
        writer.write(UInt32(0x0708_090A))
        writer.write(UInt64(0x0B0C_0D0E_0F10_1112))
        #expect(writer.overflowed == false)
        writer.write(UInt8(9))
        #expect(writer.overflowed == true)
        var reader = ByteReader(slab.bytes)
        #expect(reader.readUInt8() == 1)
        #expect(reader.readUInt16() == 0x0203)
        #expect(reader.readUInt24() == 0x040506)
        #expect(reader.readUInt32() == 0x0708_090A)
        #expect(reader.readUInt64() == 0x0B0C_0D0E_0F10_1112)
        #expect(reader.readUInt8() == nil)
    }

    @Test("a batch fills up, lends its bytes and empties")
    func batch() {
        var batch = DatagramBatch(capacity: 2)
        let path = Path(local: .loopback(port: 1), remote: .loopback(port: 2))
        batch.append(on: path) { _ in 0 }
        #expect(batch.count == 0)
        batch.append(([7, 8, 9] as [UInt8]).span.bytes, on: path)
        batch.append(on: path) { slot in
            slot[0] = 5
            return 1
        }
        #expect(batch.isFull == true)
        #expect(Array(batch.bytes(at: 0)) == [7, 8, 9])
        #expect(batch[1].size == 1)
        batch.removeAll()
        #expect(batch.count == 0)
    }
}

@Suite("Sequence numbers")
struct SequenceTests {
    @Test("numbers extend across the wrap in both directions")
    func wrap() {
        var unwrapper = SequenceUnwrapper()
        let first = unwrapper.unwrap(65_534)
        #expect(unwrapper.unwrap(1) == first + 3)
        #expect(unwrapper.unwrap(65_535) == first + 1)
        #expect(unwrapper.highest == first + 3)
    }
}

@Suite("Seeded random numbers")
struct SplitMix64Tests {
    @Test("the published vector for seed 1234567")
    func vector() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }

    @Test("labels give unrelated seeds")
    func labels() {
        #expect(SplitMix64.derive(7, "bot.0") != SplitMix64.derive(7, "bot.1"))
        #expect(SplitMix64.derive(7, "bot.0") != SplitMix64.derive(8, "bot.0"))
    }
}
