import Glibc

/// Standard input, line by line, read on a thread of its own so that nobody else waits for it.
enum LineInput {
    static func lines() -> AsyncStream<String> {
        AsyncStream { continuation in
            var thread = pthread_t()
            let box = Unmanaged.passRetained(Box(continuation))
            let status = pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    let box = Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
                    while let line = readLine() { box.continuation.yield(line) }
                    box.continuation.finish()
                    return nil
                }, box.toOpaque())
            if status != 0 {
                box.release()
                continuation.finish()
            }
        }
    }

    private final class Box: Sendable {
        let continuation: AsyncStream<String>.Continuation

        init(_ continuation: AsyncStream<String>.Continuation) {
            self.continuation = continuation
        }
    }
}
