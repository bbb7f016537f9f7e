import Glibc

/// Records between those who log and the thread that writes: bounded, so that a slow disk or terminal costs records and never the core's time.
///
/// `@unchecked Sendable`: every stored variable is touched with `lock` held only, but for `thread`, which `init` writes before anyone else has the
/// object and `shutDown` reads once.
final class LogRing: @unchecked Sendable {
    private enum State { case running, ending, ended }

    private let sink: any LogSink
    private let capacity: Int
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    /// Signalled when there is something for the thread.
    private let work: UnsafeMutablePointer<pthread_cond_t>
    /// Signalled when the thread has written a batch.
    private let written: UnsafeMutablePointer<pthread_cond_t>
    private var thread = pthread_t()
    private var state = State.running
    private var waiting: [LogRecord] = []
    private var dropped: Int64 = 0
    private var writerSleeps = false
    /// Records taken in and written so far: a flush waits until the second has reached what it saw of the first.
    private var appendedTotal: UInt64 = 0
    private var writtenTotal: UInt64 = 0

    init(sink: any LogSink, capacity: Int) {
        self.sink = sink
        self.capacity = max(1, capacity)
        lock = .allocate(capacity: 1)
        work = .allocate(capacity: 1)
        written = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        pthread_cond_init(work, nil)
        pthread_cond_init(written, nil)
        // The thread holds the ring until it ends.
        let context = Unmanaged.passRetained(self).toOpaque()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<LogRing>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context
        )
        if status != 0 {
            // Without a thread there is no log, which must not keep the daemon from serving: everything counts as dropped.
            Unmanaged<LogRing>.fromOpaque(context).release()
            state = .ended
        }
    }

    deinit {
        pthread_cond_destroy(work)
        pthread_cond_destroy(written)
        pthread_mutex_destroy(lock)
        work.deallocate()
        written.deallocate()
        lock.deallocate()
    }

    func append(_ record: LogRecord) {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        guard state == .running, waiting.count < capacity else {
            dropped &+= 1
            return
        }
        waiting.append(record)
        appendedTotal &+= 1
        if writerSleeps { pthread_cond_signal(work) }
    }

    func flush() {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        let goal = appendedTotal
        while state != .ended, writtenTotal < goal || dropped > 0 { pthread_cond_wait(written, lock) }
    }

    func shutDown() {
        pthread_mutex_lock(lock)
        guard state == .running else {
            pthread_mutex_unlock(lock)
            return
        }
        state = .ending
        pthread_cond_signal(work)
        pthread_mutex_unlock(lock)
        pthread_join(thread, nil)
    }

    // MARK: The writer's thread

    private func run() {
        // Signals are the loop's; and a reader of our pipe that went away must not end the process.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            while waiting.isEmpty, dropped == 0, state == .running {
                writerSleeps = true
                pthread_cond_wait(work, lock)
                writerSleeps = false
            }
            if waiting.isEmpty, dropped == 0 { break }
            var batch: [LogRecord] = []
            swap(&batch, &waiting)
            let lost = dropped
            pthread_mutex_unlock(lock)
            let count = UInt64(batch.count)
            if lost > 0 { batch.append(Self.report(lost: lost)) }
            sink.write(batch)
            pthread_mutex_lock(lock)
            writtenTotal &+= count
            dropped &-= lost
            pthread_cond_broadcast(written)
        }
        state = .ended
        pthread_cond_broadcast(written)
    }

    private static func report(
        lost: Int64,
        file: StaticString = #fileID,
        line: UInt = #line,
        function: StaticString = #function
    ) -> LogRecord {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return LogRecord(
            level: .warning,
            message: "log records were dropped",
            id: .recordsDropped,
            fields: [.count(lost)],
            wallClockNanoseconds: Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec),
            file: file,
            line: line,
            function: function
        )
    }
}
