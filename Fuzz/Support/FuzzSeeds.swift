internal import Foundation

/// Writes what a target begins with, when `FUZZ_SEEDS` names a folder: one file for each input that our own encoders make, and the words
/// that its language consists of, in libFuzzer's form.
public enum FuzzSeeds {
    /// Does nothing where the variable is not set, and ends the process where it is.
    public static func writeIfAsked(_ seeds: @autoclosure () throws -> [[UInt8]], words: [String] = []) {
        guard let folder = ProcessInfo.processInfo.environment["FUZZ_SEEDS"] else { return }
        do {
            let url = URL(fileURLWithPath: folder, isDirectory: true)
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            for (number, seed) in try seeds().enumerated() {
                try Data(seed).write(to: url.appendingPathComponent("seed-\(number)"))
            }
            let dictionary = words.map { "\"\(escaped($0))\"\n" }.joined()
            try Data(dictionary.utf8).write(to: URL(fileURLWithPath: folder + ".dict"))
        } catch {
            FileHandle.standardError.write(Data("error: the seeds could not be written to \(folder): \(error)\n".utf8))
            exit(2)
        }
        exit(0)
    }

    /// The files of a folder of the project, by name.
    ///
    /// - Parameter folder: As from the project's root.
    public static func files(in folder: String) throws -> [[UInt8]] {
        let root = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        let files = try FileManager.default.contentsOfDirectory(
            at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
        return try files.sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
    }

    private static func escaped(_ word: String) -> String {
        word.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7F: String(UnicodeScalar(byte))
            default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }
}
