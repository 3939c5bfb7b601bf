import NetworkImpairment
import Testing

@Suite("Slots for datagrams")
struct DatagramSlabTests {
    @Test("are reused, grow only when none is free, and end at the limit")
    func slots() {
        var slab = DatagramSlab(limit: 16)
        for _ in 0..<100 {
            guard let slot = slab.take() else {
                Issue.record("no slot")
                return
            }
            slab.giveBack(slot)
        }
        #expect(slab.capacity == 8)
        let taken = (0..<17).map { _ in slab.take() }
        #expect(Set(taken.prefix(16).compactMap { $0 }).count == 16)
        #expect(taken.last == .some(nil))
        #expect(slab.count == 16)
    }
}
