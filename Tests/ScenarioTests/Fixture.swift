import NetworkImpairment
import Scenario

/// A scenario that uses every part of the language.
let wholeScenario = """
    scenario: Four callers in a mesh, one on bad Wi-Fi, one that vanishes
    seed: 7
    tags: [smoke, mesh]
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
          up: { loss: 5%, delay: 30ms, jitter: 5ms, rate: 2Mbps, queue: 64KiB, duplicate: 1%, corrupt: 0.5%, mark: 2%, mtu: 1280 }
          down: { loss: { rate: 5%, burst: 4 }, jitter: { amount: 10ms, distribution: normal, reorders: true }, reorder: { share: 1%, by: 20ms }, rate: 8Mbps, bucket: 3000B, queue: { discipline: codel, ecn: true } }
      - name: late
        count: 6
        arrive: { stairs: { step: 2, every: 5s } }
        room: "{group}-{run}"
    timeline:
      - { at: 8s, who: "callers[3]", do: { network: wifi-lossy } }
      - { at: 15s, event: drop, who: "callers[2]", do: { blackout: 6s } }
      - { at: 20s, event: storm, who: "viewers[25%]", do: { network: { both: { loss: 20% } } } }
      - { at: 25s, event: calm, who: "viewers[25%]", do: { network: clean } }
      - { at: 30s, event: exit, who: "callers[0,2]", do: leave }
    assert:
      - joined == 100%
      - seen == 100%
      - first_frame p95 < 2s
      - video.latency{group=viewers} p95 < 300ms
      - video.in.freeze.ratio p95 < 5% outside drop
      - recovery p95 < 3s from storm
      - video.in.bitrate{bot=callers[1], from=callers[0]} p50 > 300kbps after drop
    """

let presetNames = ["wifi", "wifi-lossy", "cellular"]

func preset(_ name: String) -> NetworkProfile? {
    guard presetNames.contains(name) else { return nil }
    return NetworkProfile(name: name, up: Impairment(delay: .milliseconds(5)), down: Impairment(delay: .milliseconds(5)))
}

func parse(
    _ text: String, environment: [String: String] = [:], overrides: [String] = []
) throws(ScenarioErrors) -> Scenario {
    try Scenario.parse(
        text, path: "scenarios/x.yaml", environment: environment, presets: preset, presetNames: presetNames, overrides: overrides)
}

/// The messages about a scenario, one per line; empty when it is right.
func complaints(about text: String, environment: [String: String] = [:], overrides: [String] = []) -> String {
    do {
        _ = try parse(text, environment: environment, overrides: overrides)
        return ""
    } catch {
        return error.description
    }
}
