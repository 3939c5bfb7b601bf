internal import CStarlingSocket
internal import Glibc
internal import Synchronization

/// The thread of a worker.
final class WorkerThread: Sendable {
    private final class Entry {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let thread: Mutex<pthread_t?>

    init(name: String, shared: WorkerShared, configuration: WorkerConfiguration, clock: DriverClock) {
        let entry = Entry(name: name) {
            let loop = WorkerLoop(shared: shared, configuration: configuration, clock: clock)
            loop.run()
            shared.retire(loop)
        }
        var handle = pthread_t()
        let result = pthread_create(
            &handle, nil,
            { raw in
                guard let raw else { return nil }
                let entry = Unmanaged<Entry>.fromOpaque(raw).takeRetainedValue()
                starling_thread_begin(entry.name)
                entry.body()
                return nil
            }, Unmanaged.passRetained(entry).toOpaque())
        precondition(result == 0, "no thread for a worker: \(errorText(result))")
        thread = Mutex(handle)
    }

    deinit {
        thread.withLock { thread in
            if let thread { pthread_detach(thread) }
        }
    }

    /// Waits for the thread's end; only the first call does.
    func join() {
        let handle = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let handle { pthread_join(handle, nil) }
    }
}
