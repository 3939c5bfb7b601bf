import RTCCore
import Testing

@Suite("Dates of the wall clock")
struct WallClockDateTests {
    @Test(
        "milliseconds since 1970 are exact to a microsecond",
        arguments: [
            (0 as UInt64, 1_767_225_600_000.0), (1_000_000_000, 1_767_225_601_000), (434_800_000, 1_767_225_600_434.8),
            (999_999_000, 1_767_225_600_999.999), (20_434_801_000, 1_767_225_620_434.801),
        ])
    func milliseconds(nanoseconds: UInt64, date: Double) {
        #expect(WallClock.simulation.unixMilliseconds(at: Instant(nanoseconds: nanoseconds)) == date)
    }
}
