import MediaFiles

/// The table of `starling fixtures --list`.
struct FixtureList {
    let lines: [String]

    init(_ fixtures: [Fixture], folder: String) {
        var rows = [["file", "codec", "size", "rate", "kbit/s", "frames", "seconds", "in \(folder)"]]
        for fixture in fixtures {
            let bytes = try? MediaFileBytes.read(path: "\(folder)/\(fixture.fileName)").count
            rows.append([
                fixture.fileName, fixture.kind.isVideo ? "VP8" : "Opus",
                fixture.size.map { "\($0.width)x\($0.height)" } ?? (fixture.channels == 2 ? "stereo" : "mono"),
                "\(fixture.framesPerSecond)/s", "\(fixture.bitrate / 1000)", "\(fixture.frameCount)", "\(Fixture.seconds)",
                bytes.map { "\($0) bytes" } ?? "no",
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        lines = rows.map { row in
            let cells = zip(row, widths).map { text, width in text + String(repeating: " ", count: width - text.count) }
            return cells.joined(separator: "  ").trimmingSuffix()
        }
    }
}

extension String {
    fileprivate func trimmingSuffix() -> String {
        String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
    }
}
