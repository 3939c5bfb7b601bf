import Operations
import RTCCore
import Testing

@Suite("Alerts fire and clear")
struct AlertWatchTests {
    private let rule = AlertRule(name: "lossy", metric: "loss", comparison: .above, bound: 0.05, duration: .seconds(10))

    private func changes(_ watch: inout AlertWatch, _ value: Double?, at second: Double) -> [AlertWatch.Change] {
        watch.look(at: .seconds(second)) { _ in value }.map(\.change)
    }

    @Test("an alert fires once when its rule has held for long enough, and clears once when it has not for as long")
    func life() {
        var watch = AlertWatch([rule])
        #expect(changes(&watch, 0.06, at: 0) == [])
        #expect(changes(&watch, 0.07, at: 9.9) == [])
        #expect(changes(&watch, 0.06, at: 10) == [.fired])
        #expect(watch.firing == ["lossy"])
        #expect(changes(&watch, 0.5, at: 30) == [])
        #expect(changes(&watch, 0.01, at: 40) == [])
        #expect(changes(&watch, 0.01, at: 49) == [])
        #expect(changes(&watch, 0.01, at: 50) == [.cleared])
        #expect(watch.firing.isEmpty)
        #expect(changes(&watch, 0.01, at: 90) == [])
    }

    @Test("a value that comes and goes fires nothing, and clears nothing")
    func flapping() {
        var watch = AlertWatch([rule])
        for second in stride(from: 0.0, to: 100, by: 5) {
            #expect(changes(&watch, Int(second) % 10 == 0 ? 1 : 0, at: second) == [])
        }
        _ = changes(&watch, 1, at: 100)
        #expect(changes(&watch, 1, at: 110) == [.fired])
        for second in stride(from: 115.0, to: 200, by: 5) {
            #expect(changes(&watch, Int(second) % 10 == 0 ? 1 : 0, at: second) == [])
        }
    }

    @Test("the bound itself is not beyond it, and a metric without a value holds for no rule")
    func edges() {
        var watch = AlertWatch([
            AlertRule(name: "up", metric: "m", comparison: .above, bound: 1, duration: .zero),
            AlertRule(name: "down", metric: "m", comparison: .below, bound: 1, duration: .zero),
        ])
        #expect(changes(&watch, 1, at: 0) == [])
        #expect(changes(&watch, nil, at: 1) == [])
        #expect(changes(&watch, 0.5, at: 2) == [.fired] && watch.firing == ["down"])
        #expect(changes(&watch, 1.5, at: 3) == [.fired, .cleared] && watch.firing == ["up"])
        #expect(changes(&watch, nil, at: 4) == [.cleared])
    }
}
