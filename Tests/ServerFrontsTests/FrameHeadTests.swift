import NIOCore
import NIOWebSocket
import ServerFronts
import Testing

@Suite("Heads of frames")
struct FrameHeadTests {
    @Test(
        "a head says the length in the fewest bytes that hold it (RFC 6455 §5.2)",
        arguments: [
            (0, [0x81, 0]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]), (65535, [0x81, 126, 0xFF, 0xFF]),
            (65536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]), (70_000, [0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]),
        ] as [(Int, [UInt8])])
    func lengths(bytes: Int, head: [UInt8]) {
        var buffer = ByteBuffer()
        buffer.writeFrameHead(.text, payload: bytes)
        #expect(Array(buffer.readableBytesView) == head)
        #expect(head.count <= ByteBuffer.longestFrameHead)
    }

    @Test("binary messages have an opcode of their own")
    func binary() {
        var buffer = ByteBuffer()
        buffer.writeFrameHead(.binary, payload: 1)
        #expect(Array(buffer.readableBytesView) == [0x82, 1])
    }
}
