import Foundation
import MediaCodecs
import MediaFiles
import RTCCore
import RTCWire
import Testing

@Suite("Codecs")
struct CodecTests {
    @Test("a picture comes back from VP8 nearly as it was")
    func vp8() throws {
        var image = I420Image(width: 66, height: 34)
        for index in image.luma.indices { image.luma[index] = UInt8(40 + index % 66 * 2) }
        var encoder = try VP8Encoder(
            VP8Encoder.Settings(width: 66, height: 34, framesPerSecond: 10, bitrate: 200_000, keyFrameInterval: 3))
        var decoder = try VPXDecoder()
        var keys: [Bool] = []
        for _ in 0..<6 {
            let frame = try encoder.encode(image)
            keys.append(frame.isKey)
            #expect(VP8FrameHeader(frame.bytes[...])?.isKey == frame.isKey)
            let back = try #require(try decoder.decode(frame.bytes))
            #expect((back.width, back.height) == (66, 34))
            let error = zip(back.luma, image.luma).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
            #expect(error / image.luma.count < 6)
        }
        #expect(keys == [true, false, false, true, false, false])
    }

    @Test("a picture of another size and settings that make no sense are errors")
    func vp8Errors() throws {
        var encoder = try VP8Encoder(
            VP8Encoder.Settings(width: 64, height: 48, framesPerSecond: 10, bitrate: 200_000, keyFrameInterval: 3))
        do {
            _ = try encoder.encode(I420Image(width: 32, height: 32))
            Issue.record("it was taken")
        } catch {
            #expect(error.description.contains("32x32"))
        }
        do {
            _ = try VP8Encoder(
                VP8Encoder.Settings(width: 0, height: 0, framesPerSecond: 10, bitrate: 200_000, keyFrameInterval: 3))
            Issue.record("it was taken")
        } catch {
            #expect(error.codec == "VP8 encoder")
        }
    }

    @Test("noise is no VP8 frame, and the decoder goes on with the next key frame")
    func vp8Noise() throws {
        var encoder = try VP8Encoder(
            VP8Encoder.Settings(width: 64, height: 48, framesPerSecond: 10, bitrate: 200_000, keyFrameInterval: 1))
        let frame = try encoder.encode(I420Image(width: 64, height: 48, luma: 99))
        var decoder = try VPXDecoder()
        do {
            _ = try decoder.decode([0x50, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
            Issue.record("it was taken")
        } catch {
            #expect(error.action == "decode 12 bytes")
        }
        #expect(try decoder.decode(frame.bytes) != nil)
    }

    @Test("mutations of a VP8 frame and of an Opus packet never trap")
    func mutations() throws {
        var encoder = try VP8Encoder(
            VP8Encoder.Settings(width: 64, height: 48, framesPerSecond: 10, bitrate: 200_000, keyFrameInterval: 4))
        var decoder = try VPXDecoder()
        var opusEncoder = try OpusEncoder(OpusEncoder.Settings(channels: 1, bitrate: 32_000))
        var opusDecoder = try OpusDecoder(channels: 1)
        var random = SplitMix64(seed: 6)
        for round in 0..<500 {
            var frame = try encoder.encode(I420Image(width: 64, height: 48, luma: UInt8(20 + round % 200))).bytes
            frame[Int.random(in: 0..<frame.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            frame.removeLast(Int.random(in: 0..<frame.count, using: &random) / 2)
            // A key frame's size may have become anything; such a picture would only take memory.
            if let header = VP8FrameHeader(frame[...]), header.width <= 64, header.height <= 48 {
                _ = try? decoder.decode(frame)
            }
            var packet = try opusEncoder.encode((0..<960).map { Int16(truncatingIfNeeded: $0 &* round &* 37) })
            packet[Int.random(in: 0..<packet.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            _ = try? opusDecoder.decode(packet)
        }
    }

    @Test("a tone comes back from Opus at its level, and a lost packet is made up for")
    func opus() throws {
        var encoder = try OpusEncoder(OpusEncoder.Settings(channels: 1, bitrate: 64_000))
        var decoder = try OpusDecoder(channels: 1)
        // A square wave of 200 Hz at a tenth of full scale: 20 dB below it.
        let tone = (0..<960).map { Int16($0 % 240 < 120 ? 3277 : -3277) }
        var level: UInt8 = 127
        for _ in 0..<10 {
            let packet = try encoder.encode(tone)
            #expect(OpusPacketHeader(packet[...])?.duration == 960)
            let samples = try decoder.decode(packet)
            #expect(samples.count == 960)
            level = AudioLevel.measure(samples)
        }
        #expect((19...22).contains(level))
        #expect(try decoder.conceal(duration: 960).count == 960)
    }

    @Test("an encoder that expects loss repeats each packet in the next, and one that may keep still says nothing in silence")
    func thrift() throws {
        var settings = OpusEncoder.Settings(channels: 1, bitrate: 24_000)
        settings.isWideband = true
        func packets(_ settings: OpusEncoder.Settings) throws -> (repeating: Int, silent: Int) {
            var encoder = try OpusEncoder(settings)
            var (repeating, silent) = (0, 0)
            for index in 0..<100 {
                // A voiced hum for a second, then nothing.
                let samples = (0..<960).map { sample -> Int16 in
                    let time = Double(index * 960 + sample) / 48_000
                    return index < 50
                        ? Int16(9000 * sin(2 * .pi * (110 + 60 * time) * time) * (0.6 + 0.4 * sin(2 * .pi * 4 * time))) : 0
                }
                let packet = try encoder.encode(samples)
                if packet.count <= 2 { silent += 1 }
                if try packet.withUnsafeBytes({ try OpusPacket.parse($0.bytes) }).hasRedundancy { repeating += 1 }
            }
            return (repeating, silent)
        }
        let plain = try packets(settings)
        #expect(plain.repeating == 0 && plain.silent == 0)
        settings.expectedLoss = 20
        #expect(try packets(settings).repeating > 25)
        settings.isDiscontinuous = true
        #expect(try packets(settings).silent > 25)
    }

    @Test("Opus refuses a length that it does not know, and noise")
    func opusErrors() throws {
        var encoder = try OpusEncoder(OpusEncoder.Settings(channels: 1, bitrate: 64_000))
        do {
            _ = try encoder.encode([Int16](repeating: 0, count: 100))
            Issue.record("it was taken")
        } catch {
            #expect(error.codec == "Opus encoder")
        }
        var decoder = try OpusDecoder(channels: 1)
        do {
            _ = try decoder.decode([0xFB, 0x00])
            Issue.record("it was taken")
        } catch {
            #expect(error.codec == "Opus decoder")
        }
    }

    @Test(
        "levels are −dBov of RFC 6464",
        arguments: [(Int16(32_767), UInt8(0)), (3277, 20), (33, 60), (0, 127)])
    func levels(amplitude: Int16, level: UInt8) {
        #expect(AudioLevel.measure([amplitude, -amplitude, amplitude, -amplitude]) == level)
    }
}
