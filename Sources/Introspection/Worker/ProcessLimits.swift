import CShims
import Glibc

/// What a process that runs foreign statements may take of the machine.
package enum ProcessLimits {
    /// The runtime itself, the rows of an answer and SQLite's heap have to fit.
    private static let memoryBytesMin = 64 << 20

    /// Bounds this process: `memoryBytesMax` of memory, half of it for SQLite, no core file, low priority, ended with its parent.
    /// What the system does not allow is left as it is: the daemon still kills a worker at its deadline.
    package static func apply(memoryBytesMax: Int) {
        let memory = rlim_t(clamping: max(memoryBytesMax, memoryBytesMin))
        var data = rlimit(rlim_cur: memory, rlim_max: memory)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &data)
        var core = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
        QuerySession.limitHeap(bytesMax: Int(memory / 2))
        _ = nice(10)
        _ = perdure_die_with_parent(SIGKILL)
    }
}
