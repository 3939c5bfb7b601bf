@preconcurrency internal import Glibc

/// Why a program was not started.
struct ProgramFailure: Error {
    let reason: String
}

/// A program that was just started, the first of a process group of its own, and this side's ends of its standard streams.
struct ChildProgram {
    let process: pid_t
    /// Of its standard input, to be written.
    let input: CInt
    /// Of its standard output and standard error, to be read.
    let output: CInt
    let errors: CInt

    /// - Parameter command: The program, looked for along `PATH`, and its arguments.
    init(_ command: [String]) throws(ProgramFailure) {
        var ends: [CInt] = []
        for _ in 0..<3 {
            var pair: [CInt] = [-1, -1]
            guard pipe(&pair) == 0 else {
                let error = errno
                for end in ends { close(end) }
                throw ProgramFailure(reason: errorText(error))
            }
            // Other programs that start now must not hold this one's streams open.
            for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            ends += pair
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let theirs = [ends[0], ends[3], ends[5]]
        for (stream, end) in theirs.enumerated() { posix_spawn_file_actions_adddup2(&actions, end, CInt(stream)) }
        // A group of its own, so that what it starts ends with it.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        // Signals are blocked or ignored on this side's threads, and would be in the program: it could neither be asked to end nor notice a closed
        // pipe.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        sigaddset(&signals, SIGTERM)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let result = posix_spawnp(&process, command.first ?? "", &actions, &attributes, &arguments, environ)
        for end in theirs { close(end) }
        let own = [ends[1], ends[2], ends[4]]
        guard result == 0 else {
            for end in own { close(end) }
            throw ProgramFailure(reason: errorText(result))
        }
        self.process = process
        input = own[0]
        output = own[1]
        errors = own[2]
    }
}
