internal import CUV

extension EventLoop {
    /// Runs `work` on the pool and `then` with its result on the loop's thread. For work of a millisecond or more: a hop costs tens of microseconds.
    /// When the loop closes first, `then` is not called.
    package func offload<T: Sendable>(_ work: @escaping @Sendable () -> T, then: @escaping (T) -> Void) {
        let job = OffloadedWork(loop: self, work: work, then: then)
        let request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
        request.initialize(to: uv_work_t())
        request.pointee.data = Unmanaged<OffloadedJob>.passRetained(job).toOpaque()
        uv_queue_work(
            uv,
            request,
            { request in
                guard let data = request?.pointee.data else { return }
                Unmanaged<OffloadedJob>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.run() }
            },
            { request, status in
                guard let request, let data = request.pointee.data else { return }
                request.deallocate()
                let job = Unmanaged<OffloadedJob>.fromOpaque(data).takeRetainedValue()
                if status == 0 { job.finish() }
            }
        )
    }
}

/// What the C callbacks see of a piece of work, whatever its result is.
private class OffloadedJob {
    func run() {}
    func finish() {}
}

private final class OffloadedWork<T: Sendable>: OffloadedJob {
    private let loop: EventLoop
    private let work: @Sendable () -> T
    private let then: (T) -> Void
    /// Written by the pool's thread in `run`, read by the loop's in `finish`; libuv's queue orders the two.
    private var result: T?

    init(loop: EventLoop, work: @escaping @Sendable () -> T, then: @escaping (T) -> Void) {
        self.loop = loop
        self.work = work
        self.then = then
    }

    override func run() { result = work() }

    override func finish() {
        guard loop.isOpen, let result else { return }
        then(result)
    }
}
