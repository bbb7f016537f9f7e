internal import CUV

/// Calls its body once after a time, on the loop's thread; scheduled again as often as wanted. Dropping it closes it.
package final class LoopTimer {
    private let handle: TimerHandle

    /// Made without being scheduled.
    package init(loop: EventLoop, _ body: @escaping () -> Void) {
        handle = TimerHandle(loop: loop, body)
    }

    deinit { handle.end() }

    /// Runs the body after that many milliseconds (never earlier), instead of when it was scheduled before.
    package func schedule(afterMilliseconds milliseconds: UInt64) { handle.start(milliseconds) }

    /// Forgets the scheduled run; the timer can be scheduled again.
    package func cancel() { handle.stop() }

    /// Ends the timer for good and lets go of its body.
    package func close() { handle.end() }
}

private final class TimerHandle: LoopHandle {
    private var body: (() -> Void)?

    init(loop: EventLoop, _ body: @escaping () -> Void) {
        self.body = body
        super.init(loop: loop, type: UV_TIMER)
        // It only fills the memory in; there is nothing in it that can fail.
        uv_timer_init(loop.uv, timer)
        opened()
    }

    private var timer: UnsafeMutablePointer<uv_timer_t> { memory.assumingMemoryBound(to: uv_timer_t.self) }

    func start(_ milliseconds: UInt64) {
        guard isOpen else { return }
        // libuv counts from its cached clock; after a long turn that would be too early.
        uv_update_time(loop.uv)
        uv_timer_start(
            timer,
            { handle in
                guard let handle, let data = handle.pointee.data else { return }
                // Timers run before the loop waits; without this it would then wait for something else to happen,
                // while what the timer has set going stands still.
                uv_stop(handle.pointee.loop)
                Unmanaged<TimerHandle>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.body?() }
            },
            milliseconds,
            0
        )
    }

    func stop() {
        guard isOpen else { return }
        uv_timer_stop(timer)
    }

    func end() {
        body = nil
        close()
    }

    override func closeOwner() { end() }
}
