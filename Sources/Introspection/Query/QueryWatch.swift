import CSQLite
import Glibc

/// Stops a statement that runs past its deadline, or whose answer nobody waits for.
final class QueryWatch {
    private(set) var stopReason: QueryError?
    private var deadlineNanoseconds = UInt64.max
    private var milliseconds = 0
    private var isCancelled: () -> Bool = { false }
    private var checks = 0

    /// Asking whether somebody still waits is a system call: not at every look at the clock.
    private static let checksBetweenQuestions = 64

    func attach(to handle: OpaquePointer) {
        sqlite3_progress_handler(
            handle,
            QueryLimits.stepsBetweenChecks,
            { context in
                guard let context else { return 0 }
                return Unmanaged<QueryWatch>.fromOpaque(context).takeUnretainedValue().shouldStop() ? 1 : 0
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    func start(milliseconds: Int, isCancelled: @escaping () -> Bool) {
        stopReason = nil
        checks = 0
        self.milliseconds = milliseconds
        self.isCancelled = isCancelled
        let span = UInt64(max(0, milliseconds)).multipliedReportingOverflow(by: 1_000_000)
        let end = Self.now().addingReportingOverflow(span.overflow ? .max : span.partialValue)
        deadlineNanoseconds = end.overflow ? .max : end.partialValue
    }

    func stop() {
        deadlineNanoseconds = .max
        isCancelled = { false }
    }

    private func shouldStop() -> Bool {
        if Self.now() >= deadlineNanoseconds {
            stopReason = .timeout(milliseconds: milliseconds)
            return true
        }
        checks += 1
        if checks % Self.checksBetweenQuestions == 0, isCancelled() {
            stopReason = .cancelled
            return true
        }
        return false
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
