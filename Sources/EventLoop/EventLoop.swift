internal import CUV
import Glibc

/// The thread's loop: readiness of descriptors, timers, signals, the pool, child processes.
///
/// The outer loop is the caller's: `runOnce`, then the turn, then `flushDirtyStreams`. Every callback and delegate call of this room happens inside
/// `runOnce` on the thread that made the loop, never inside `write`, `flush`, `connect` or `resolve`.
package final class EventLoop {
    private enum State { case open, closing, closed }

    /// One read takes at most this much; the buffer is shared by all streams, since a read's bytes are consumed before the next read.
    static let readBufferBytes = 64 * 1024

    let uv: UnsafeMutablePointer<uv_loop_t>
    let readBuffer: UnsafeMutableRawBufferPointer
    private var dirtyStreams: [ByteStream] = []
    private var deferred: [() -> Void] = []
    private var state = State.open

    /// Fails when the process has no descriptors left.
    package init() throws(EventLoopError) {
        uv = .allocate(capacity: 1)
        readBuffer = .allocate(byteCount: Self.readBufferBytes, alignment: 16)
        let status = uv_loop_init(uv)
        guard status == 0 else {
            state = .closed
            throw .system(.makeLoop, subject: "this process", code: -status)
        }
    }

    /// Every open handle holds the loop: when this runs there is none.
    deinit {
        if state != .closed { uv_loop_close(uv) }
        uv.deallocate()
        readBuffer.deallocate()
    }

    /// One iteration: what was deferred, then timers and whatever is ready. `wait: false` while the caller still has work; with `wait: true` it blocks
    /// until something happens, and not at all when something was deferred.
    package func runOnce(wait: Bool) {
        guard state == .open else { return }
        if deferred.isEmpty {
            uv_run(uv, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT)
            return
        }
        let bodies = deferred
        deferred.removeAll(keepingCapacity: true)
        for body in bodies { body() }
        guard state == .open else { return }
        uv_run(uv, UV_RUN_NOWAIT)
    }

    /// Runs `body` in the next `runOnce`, for results that are known at once and errors found outside of it.
    func runSoon(_ body: @escaping () -> Void) { deferred.append(body) }

    /// CLOCK_MONOTONIC in nanoseconds; about as cheap as a function call.
    package var monotonicNanoseconds: UInt64 { uv_hrtime() }

    /// CLOCK_REALTIME in milliseconds since 1970.
    package static func wallClockMilliseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) &* 1000 &+ Int64(now.tv_nsec) / 1_000_000
    }

    // MARK: Output

    func markDirty(_ stream: ByteStream) { dirtyStreams.append(stream) }

    /// Gives every stream with unsent output one send. To be called at the end of a turn, after the commit that the output may speak of.
    package func flushDirtyStreams() {
        var index = 0
        while index < dirtyStreams.count {
            dirtyStreams[index].flushFromList()
            index += 1
        }
        dirtyStreams.removeAll(keepingCapacity: true)
    }

    // MARK: End

    /// Whether callbacks of pool work still reach their owners.
    var isOpen: Bool { state == .open }

    /// Closes whatever is open, without any delegate call, and waits for the work given to the pool. Not to be called inside a callback.
    package func close() {
        guard state == .open else { return }
        state = .closing
        deferred.removeAll()
        dirtyStreams.removeAll()
        uv_walk(
            uv,
            { handle, _ in
                guard let handle, uv_is_closing(handle) == 0, let data = uv_handle_get_data(handle) else { return }
                Unmanaged<LoopHandle>.fromOpaque(data).takeUnretainedValue().closeOwner()
            },
            nil
        )
        while uv_run(uv, UV_RUN_DEFAULT) != 0 {}
        if uv_loop_close(uv) == 0 { state = .closed }
    }
}
