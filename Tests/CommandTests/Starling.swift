import Foundation
import Testing

/// The built program.
enum Starling {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// What a run of the program left: its exit code and what it said.
    struct Ending {
        var status: Int32
        /// Whether a signal ended it.
        var wasKilled: Bool
        var output: String
        var complaint: String
        var seconds: Double
    }

    /// Runs to the end; whoever wants to do something to it meanwhile gets each line of its output.
    ///
    /// - Parameter limit: Seconds after which it is killed, so that a hang fails instead of hanging.
    static func run(
        _ arguments: [String], in folder: Workspace, environment: [String: String] = [:], limit: Double = 60,
        onLine: @escaping @Sendable (String, Child) -> Void = { _, _ in }
    ) throws -> Ending {
        let child = try Child(arguments, in: folder, environment: environment, onLine: onLine)
        return child.wait(limit: limit)
    }

    /// The program beside the test bundle: `.build/CONFIGURATION/starling`.
    static func program() throws -> URL {
        let beside = Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() }
        let own = URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
        let places = beside + [own] + ["debug", "release"].map { URL(fileURLWithPath: "\(root)/.build/\($0)") }
        for place in places {
            let program = place.appendingPathComponent("starling")
            if FileManager.default.isExecutableFile(atPath: program.path) { return program }
        }
        Issue.record("there is no program 'starling' beside the tests; build it first: swift build --product starling")
        throw CocoaError(.fileNoSuchFile)
    }
}

/// One run of the program, and the lines that it has said so far.
///
/// Unchecked, because reading threads and the test share it: all that changes is behind the lock.
final class Child: @unchecked Sendable {
    let process = Process()
    private let lock = NSLock()
    private var output = Data()
    private var complaint = Data()
    private let readers = DispatchGroup()
    private let ended = DispatchSemaphore(value: 0)
    private let began = Date()

    init(
        _ arguments: [String], in folder: Workspace, environment: [String: String],
        onLine: @escaping @Sendable (String, Child) -> Void = { _, _ in }
    ) throws {
        process.executableURL = try Starling.program()
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let out = Pipe()
        let err = Pipe()
        process.standardOutput = out
        process.standardError = err
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
        read(out) { child, bytes in
            child.output += bytes
        } onLine: { [weak self] line in
            if let self { onLine(line, self) }
        }
        read(err) { child, bytes in
            child.complaint += bytes
        } onLine: { _ in
        }
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    func wait(limit: Double) -> Starling.Ending {
        if ended.wait(timeout: .now() + limit) == .timedOut {
            Issue.record("the program hung: \(process.arguments ?? [])")
            send(SIGCONT)
            send(SIGKILL)
            ended.wait()
        }
        let seconds = Date().timeIntervalSince(began)
        // Whoever still holds the pipes was left running.
        if readers.wait(timeout: .now() + 10) == .timedOut {
            Issue.record("something was left running with the program's output")
        }
        return lock.withLock {
            Starling.Ending(
                status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
                output: String(decoding: output, as: UTF8.self), complaint: String(decoding: complaint, as: UTF8.self),
                seconds: seconds)
        }
    }

    private func read(
        _ pipe: Pipe, _ keep: @escaping @Sendable (Child, Data) -> Void, onLine: @escaping @Sendable (String) -> Void
    ) {
        readers.enter()
        let handle = pipe.fileHandleForReading
        Thread.detachNewThread { [self] in
            var line = Data()
            while true {
                let bytes = handle.availableData
                if bytes.isEmpty { break }
                lock.withLock { keep(self, bytes) }
                for byte in bytes {
                    if byte == 10 {
                        onLine(String(decoding: line, as: UTF8.self))
                        line.removeAll()
                    } else {
                        line.append(byte)
                    }
                }
            }
            readers.leave()
        }
    }
}

/// A folder for one test, gone afterwards.
final class Workspace: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("starling-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: url.appendingPathComponent(name))
    }

    func write(_ bytes: Data, to name: String) throws {
        try bytes.write(to: url.appendingPathComponent(name))
    }

    func text(_ name: String) throws -> String {
        try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
    }

    func data(_ name: String) throws -> Data {
        try Data(contentsOf: url.appendingPathComponent(name))
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: url.appendingPathComponent(name).path)
    }

    func object(_ name: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: data(name)) as? [String: Any])
    }

    /// Every file below, by its path.
    var files: [String] {
        (FileManager.default.enumerator(atPath: url.path)?.allObjects ?? []).compactMap { $0 as? String }
            .filter {
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: "\(url.path)/\($0)", isDirectory: &isFolder) && !isFolder.boolValue
            }.sorted()
    }

    /// A scenario of two callers, with what the test changes.
    func scenario(
        _ name: String = "call.yaml", title: String = "A call", target: String = "embedded", duration: String = "3s",
        room: String = "test-{run}", audio: String? = "speech.ogg", video: String? = "talking-head.ivf",
        network: String = "clean", timeline: [String] = [], asserts: [String] = []
    ) throws {
        for file in ["speech.ogg", "talking-head.ivf"] where !exists(file) {
            try FileManager.default.createSymbolicLink(
                atPath: url.appendingPathComponent(file).path, withDestinationPath: "\(Starling.root)/fixtures/\(file)")
        }
        let media = [audio.map { "audio: \($0)" }, video.map { "video: \($0)" }].compactMap { $0 }.joined(separator: ", ")
        var lines = [
            "scenario: \(title)", "seed: 7", "target: { protocol: starling, url: \"\(target)\", mode: mesh }",
            "duration: \(duration)", "groups:", "  - name: callers", "    count: 2", "    arrive: { over: 1s }",
            "    room: \"\(room)\"", "    publish: { \(media) }", "    network: \(network)",
        ]
        if !timeline.isEmpty { lines += ["timeline:"] + timeline.map { "  - \($0)" } }
        if !asserts.isEmpty { lines += ["assert:"] + asserts.map { "  - \($0)" } }
        try write(lines.joined(separator: "\n") + "\n", to: name)
    }
}
