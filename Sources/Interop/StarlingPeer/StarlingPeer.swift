import Glibc
import MediaTracks
import NetworkDriver
import RTCCore

/// One caller on real sockets, driven line by line: a JSON object on standard input is a command, one on standard output an answer or
/// an event. `docs/interop.md` lists them. The socket is bound to ADDRESS, the loopback by default.
///
/// It ends with the input, with the command `quit`, or after ``longestLife``.
@main
struct StarlingPeer {
    static let longestLife = Duration.seconds(600)

    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        guard (2...3).contains(words.count), let address = SocketAddress(words.count > 2 ? words[2] : "127.0.0.1", port: 0) else {
            complain("usage: starling-peer AUDIO VIDEO [ADDRESS], VIDEO being a file or layers: q=SMALL,f=LARGE")
            exit(2)
        }
        let output = LineOutput()
        let audio: MediaTrack
        let videos: [VideoSource]
        do {
            audio = try MediaTrack.load(path: words[0])
            videos = try VideoSource.load(words[1])
        } catch {
            complain("\(error)")
            exit(2)
        }
        var configuration = WorkerConfiguration()
        configuration.localAddress = address
        let driver = SocketDriver(workers: 1, configuration: configuration)
        let seed = UInt64.random(in: 0...UInt64.max)
        let wallClock = driver.clock.wallClock
        let handle = driver.host(seed: seed, startAt: .origin) { now in
            do {
                return try CallerMachine(seed: seed, audio: audio, videos: videos, wallClock: wallClock, output: output, now: now)
            } catch {
                preconditionFailure("a caller cannot be made: \(error)")
            }
        }
        let deadline = driver.clock.now + longestLife
        for await line in LineInput.lines() {
            if driver.clock.now > deadline || line == "quit" { break }
            let clock = driver.clock
            await driver.withMachine(handle) { machine, report in
                (machine as? CallerMachine)?.obey(line, network: report, now: clock.now)
            }
        }
        await driver.stop()
    }

    private static func complain(_ text: String) {
        LineOutput.write(Array("starling-peer: \(text)\n".utf8), to: STDERR_FILENO)
    }
}
