import Operations
import RTCCore
import Testing

@Suite("Webhooks are tried, and given up")
struct WebhookTests {
    @Test("messages go one at a time and in order")
    func order() {
        var hook = Webhook()
        #expect(hook.deadline == nil)
        hook.add("one")
        hook.add("two")
        #expect(hook.next(now: .origin) == "one")
        #expect(hook.next(now: .seconds(100)) == nil && hook.deadline == nil)
        hook.succeeded()
        #expect(hook.next(now: .origin) == "two")
        hook.succeeded()
        #expect(hook.delivered == 2 && hook.deadline == nil)
    }

    @Test("a message is tried five times, at growing distances, and then the next one has its turn")
    func retries() {
        var hook = Webhook()
        hook.add("one")
        hook.add("two")
        var now = Instant.seconds(10)
        var pauses: [Double] = []
        for attempt in 1...5 {
            #expect(hook.next(now: now) == "one", "attempt \(attempt)")
            hook.failed(now: now)
            guard let deadline = hook.deadline, deadline > now else { continue }
            #expect(hook.next(now: deadline - .milliseconds(1)) == nil)
            pauses.append((deadline - now).inSeconds)
            now = deadline
        }
        #expect(pauses == [1, 2, 4, 8])
        #expect(hook.givenUp == 1)
        #expect(hook.next(now: now) == "two")
        hook.succeeded()
        #expect(hook.delivered == 1)
    }

    @Test("of too many the oldest that is not under way is given up")
    func capacity() {
        var hook = Webhook()
        for number in 0..<Webhook.capacity { hook.add("\(number)") }
        #expect(hook.next(now: .origin) == "0")
        hook.add("last")
        #expect(hook.givenUp == 1)
        hook.succeeded()
        #expect(hook.next(now: .origin) == "2")
    }
}
