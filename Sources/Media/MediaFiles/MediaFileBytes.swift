#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whole media files, from and to the disk.
public enum MediaFileBytes {
    /// The largest file that is read, in bytes; media is held in memory as a whole.
    public static let largestFile = 1 << 30

    /// The file's bytes; a folder, a missing or unreadable file and one above ``largestFile`` are errors.
    public static func read(path: String) throws(MediaFileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened", errno) }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw failure(path, "cannot be read", errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw MediaFileError(file: path, what: "this is not a file", remedy: "name one media file")
        }
        guard facts.st_size <= largestFile else {
            throw MediaFileError(
                file: path, what: "the file has \(facts.st_size) bytes, \(largestFile) are the most",
                remedy: "cut out a loop of some seconds")
        }
        let size = Int(facts.st_size)
        var error: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size {
                let count = Self.read(
                    descriptor,
                    into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<size]))
                if count < 0 && errno == EINTR { continue }
                if count < 0 { error = errno }
                guard count > 0 else { break }
                filled += count
            }
        }
        guard error == 0 else { throw failure(path, "cannot be read", error) }
        return bytes
    }

    /// Writes a file anew, by way of a file beside it, so that nobody ever finds half of it.
    public static func write(_ bytes: [UInt8], path: String) throws(MediaFileError) {
        let unfinished = path + ".unfinished"
        let descriptor = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(unfinished, "cannot be written", errno) }
        var error: Int32 = 0
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Self.write(descriptor, from: UnsafeRawBufferPointer(rebasing: buffer[written...]))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else {
                    error = errno
                    break
                }
                written += count
            }
        }
        if close(descriptor) != 0 && error == 0 { error = errno }
        if error == 0 && rename(unfinished, path) != 0 { error = errno }
        guard error == 0 else {
            unlink(unfinished)
            throw failure(path, "cannot be written", error)
        }
    }

    private static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }

    private static func write(_ descriptor: Int32, from buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }

    private static func failure(_ path: String, _ what: String, _ error: Int32) -> MediaFileError {
        MediaFileError(
            file: path, what: "\(what) (\(String(cString: strerror(error))))",
            remedy: error == ENOENT ? remedyForMissing(path) : nil)
    }

    private static func remedyForMissing(_ path: String) -> String {
        guard let fixture = Fixture(path: path) else { return "check the path; `starling fixtures --list` says what can be made" }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        return "`\(fixture.command(folder: folder))` makes it"
    }
}
