import RTCCore
import Testing

@Suite("Things due at their time")
struct DueQueueTests {
    @Test("come out by time, and among equals in the order in which they went in")
    func order() {
        var random = SplitMix64(seed: 3)
        var queue = DueQueue<Int>()
        var expected: [(at: UInt64, element: Int)] = []
        for element in 0..<2000 {
            let at = random.next() % 100
            queue.push(element, at: Instant(nanoseconds: at))
            expected.append((at, element))
        }
        expected.sort { $0.at == $1.at ? $0.element < $1.element : $0.at < $1.at }
        var found: [Int] = []
        while let next = queue.popDue(at: .seconds(1)) { found.append(next.element) }
        #expect(found == expected.map(\.element))
    }

    @Test("stay until they are due")
    func due() {
        var queue = DueQueue<String>()
        queue.push("later", at: .seconds(2))
        #expect(queue.popDue(at: .seconds(1)) == nil)
        #expect(queue.first == .seconds(2))
        #expect(queue.popDue(at: .seconds(2))?.element == "later")
        #expect(queue.isEmpty)
    }
}
