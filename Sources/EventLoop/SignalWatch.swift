internal import CUV

/// Runs a body on the loop's thread when the process gets a signal. Lives until it is closed, also when nobody holds it.
package final class SignalWatch {
    private let handle: SignalHandle

    fileprivate init(handle: SignalHandle) { self.handle = handle }

    /// Gives the signal its default effect back, unless another watch has it.
    package func close() { handle.end() }
}

private final class SignalHandle: LoopHandle {
    private var body: (() -> Void)?

    init(loop: EventLoop, number: Int32, _ body: @escaping () -> Void) throws(EventLoopError) {
        self.body = body
        super.init(loop: loop, type: UV_SIGNAL)
        var status = uv_signal_init(loop.uv, signal)
        guard status == 0 else { throw .system(.watch, subject: "signal \(number)", code: -status) }
        opened()
        status = uv_signal_start(
            signal,
            { handle, _ in
                guard let data = handle?.pointee.data else { return }
                Unmanaged<SignalHandle>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.body?() }
            },
            number
        )
        guard status == 0 else {
            end()
            throw .system(.watch, subject: "signal \(number)", code: -status)
        }
    }

    private var signal: UnsafeMutablePointer<uv_signal_t> { memory.assumingMemoryBound(to: uv_signal_t.self) }

    func end() {
        body = nil
        close()
    }

    override func closeOwner() { end() }
}

extension EventLoop {
    /// Runs `body` at each signal `number` (several in quick succession may count as one) instead of the signal's default effect.
    package func onSignal(_ number: Int32, _ body: @escaping () -> Void) throws(EventLoopError) -> SignalWatch {
        SignalWatch(handle: try SignalHandle(loop: self, number: number, body))
    }
}
