import FuzzSupport
import Measurement
import NetworkImpairment
import RTCCore
import Scenario

/// Scenarios, from YAML to the plan, and assertions.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let text = String(decoding: UnsafeRawBufferPointer(start: start, count: size), as: UTF8.self)
    do {
        let scenario = try Scenario.parse(
            text, path: "a.yaml", environment: ["A": "1"], presets: NetworkProfile.preset, presetNames: ["wifi"])
        _ = Plan(scenario, seed: 1).lines
    } catch {
        promise(!error.errors.isEmpty, "a refusal says why")
        promise(error.errors.allSatisfy { !$0.message.contains("\n") }, "a reason is one line")
    }
    guard size < 600 else { return 0 }
    _ = try? Assertion(parsing: text, events: ["drop"])
    _ = try? Quantity(parsing: text)
    return 0
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked(([whole, small] + assertions).map { Array($0.utf8) }, words: words)
    return 0
}

private let small = """
    scenario: Two
    target: { protocol: starling, url: embedded, mode: mesh }
    duration: 20s
    groups:
      - { name: callers, count: 2, room: "two-{run}" }
    assert: [joined == 100%]
    """

private let whole = """
    scenario: All
    seed: 7
    tags: [smoke]
    target: { protocol: starling, url: embedded, mode: mesh }
    duration: 40s
    groups:
      - name: callers
        count: 4
        arrive: { over: 2s }
        room: mesh-{run}
        publish: { audio: fixtures/speech.ogg, video: fixtures/talking-head.ivf }
        subscribe: all
        network: wifi
        reconnect: { initial: 250ms, factor: 2, max: 8s, jitter: full, attempts: 20 }
      - name: viewers
        count: 10
        arrive: { rate: 20/s }
        room: mesh-{run}
        network:
          up: { loss: 5%, delay: 30ms, jitter: 5ms, rate: 2Mbps, queue: 64KiB, duplicate: 1%, mtu: 1280 }
          down: { loss: { rate: 5%, burst: 4 }, rate: 8Mbps, bucket: 3000B, queue: { discipline: codel, ecn: true } }
    timeline:
      - { at: 15s, event: drop, who: "callers[2]", do: { blackout: 6s } }
      - { at: 20s, who: "viewers[25%]", do: { network: clean } }
      - { at: 30s, event: exit, who: "callers[0,2]", do: leave }
    assert:
      - video.latency p95 < 300ms outside drop
      - recovery p95 < 3s
    """

private let assertions = [
    "audio.in.loss{group=callers} p95 < 8% outside drop", "video.in.bitrate p50 > 300kbps", "2.5Mbps", "20ms",
]

private let words = [
    "scenario: ", "seed: ", "tags: ", "target: ", "duration: ", "groups:\n", "- name: ", "count: ", "arrive: ", "over: ",
    "rate: ",
    "stairs: ", "room: ", "publish: ", "audio: ", "video: ", "subscribe: ", "network: ", "up: ", "down: ", "both: ", "loss: ",
    "burst: ",
    "delay: ", "jitter: ", "queue: ", "reconnect: ", "timeline:\n", "at: ", "event: ", "who: ", "do: ", "blackout: ", "leave",
    "address_change", "kill: ", "assert:\n", "joined", "seen", "{run}", "{group}", "{index}", "${A}", "&a ", "*a", "<<: ", "!!",
    "|", ">",
    "? ", "---", "%", "ms", "kbps", "KiB", " p95 ", " outside ", " after ", " from ", "1e400", "-1", "99999999999999999999",
]
