import RTCCore
import Store
import Testing

@Suite("The journal decides when what was written down goes to the store")
struct JournalTests {
    private func entry(_ number: Int) -> StoreWrite {
        .put(.events, [StoreField("server", 1), StoreField("number", .integer(Int64(number)))])
    }

    private func numbers(_ batch: [StoreWrite]?) -> [Int64?]? {
        batch?.map { write in
            guard case .put(let row) = write else { return nil }
            return row["number"].integerValue
        }
    }

    @Test("a batch is due 50 ms after its first entry, whatever comes after that one")
    func pace() {
        var journal = Journal()
        #expect(journal.deadline == nil)
        journal.add(entry(1), now: .milliseconds(10))
        journal.add(entry(2), now: .milliseconds(59))
        #expect(journal.deadline == .milliseconds(60))
        #expect(journal.nextBatch(now: .milliseconds(59)) == nil)
        #expect(numbers(journal.nextBatch(now: .milliseconds(60))) == [1, 2])
        #expect(journal.deadline == nil)
    }

    @Test("one batch is written at a time, and what comes meanwhile waits its own 50 ms")
    func one() {
        var journal = Journal()
        journal.add(entry(1), now: .origin)
        _ = journal.nextBatch(now: .milliseconds(50))
        journal.add(entry(2), now: .milliseconds(60))
        #expect(journal.nextBatch(now: .milliseconds(500)) == nil)
        journal.finished(now: .milliseconds(70))
        #expect(journal.deadline == .milliseconds(110))
        #expect(numbers(journal.nextBatch(now: .milliseconds(110))) == [2])
        journal.finished(now: .milliseconds(111))
        #expect(journal.deadline == nil && journal.waiting == 0 && journal.written == 2)
    }

    @Test("a full batch is due at once, and no batch is larger")
    func full() {
        var limits = JournalLimits()
        limits.batch = 3
        var journal = Journal(limits: limits)
        for number in 1...7 { journal.add(entry(number), now: .milliseconds(1)) }
        #expect(journal.deadline == .milliseconds(1))
        #expect(numbers(journal.nextBatch(now: .milliseconds(1))) == [1, 2, 3])
        journal.finished(now: .milliseconds(2))
        #expect(numbers(journal.nextBatch(now: .milliseconds(2))) == [4, 5, 6])
        journal.finished(now: .milliseconds(3))
        journal.add(entry(8), now: .milliseconds(4))
        #expect(journal.deadline == .milliseconds(54))
        #expect(numbers(journal.nextBatch(now: .milliseconds(54))) == [7, 8])
    }

    @Test("a write that failed comes again after a second, in the old order, before what came since")
    func failure() {
        var journal = Journal()
        journal.add(entry(1), now: .origin)
        _ = journal.nextBatch(now: .milliseconds(50))
        journal.add(entry(2), now: .milliseconds(55))
        journal.failed(now: .milliseconds(60))
        #expect(journal.isFailing && journal.failures == 1)
        journal.add(entry(3), now: .milliseconds(70))
        #expect(journal.deadline == .milliseconds(1060))
        #expect(numbers(journal.nextBatch(now: .milliseconds(1060))) == [1, 2, 3])
        journal.finished(now: .milliseconds(1061))
        #expect(!journal.isFailing && journal.written == 3)
    }

    @Test("what finds no room is dropped and counted, the newest first, and room comes back with what is written")
    func overflow() {
        var limits = JournalLimits()
        limits.waiting = 2
        var journal = Journal(limits: limits)
        for number in 1...5 { journal.add(entry(number), now: .origin) }
        #expect(journal.dropped == 3 && journal.waiting == 2)
        #expect(numbers(journal.nextBatch(now: .milliseconds(50))) == [1, 2])
        journal.add(entry(6), now: .milliseconds(51))
        #expect(journal.dropped == 4)
        journal.finished(now: .milliseconds(52))
        journal.add(entry(7), now: .milliseconds(53))
        #expect(journal.dropped == 4 && journal.waiting == 1)
    }

    @Test("the last batch does not wait")
    func last() {
        var journal = Journal()
        journal.add(entry(1), now: .origin)
        #expect(numbers(journal.nextBatch(now: .milliseconds(1), isLast: true)) == [1])
        journal.finished(now: .milliseconds(2))
        #expect(journal.nextBatch(now: .milliseconds(3), isLast: true) == nil)
    }
}
