internal import CUV
import Glibc

/// One libuv handle. Its memory belongs to libuv from `opened()` until its close callback has run, so the loop holds a reference for that long;
/// whoever closes a handle may forget it at once.
class LoopHandle {
    let loop: EventLoop
    let memory: UnsafeMutableRawPointer
    private(set) var isOpen = false

    init(loop: EventLoop, type: uv_handle_type) {
        self.loop = loop
        self.memory = .allocate(byteCount: uv_handle_size(type), alignment: 16)
    }

    deinit { memory.deallocate() }

    final var base: UnsafeMutablePointer<uv_handle_t> { memory.assumingMemoryBound(to: uv_handle_t.self) }

    /// To be called once libuv has taken the handle.
    final func opened() {
        uv_handle_set_data(base, Unmanaged.passRetained(self).toOpaque())
        isOpen = true
    }

    /// No callback comes after it. May be called again.
    final func close() {
        guard isOpen else { return }
        isOpen = false
        uv_close(base) { handle in
            guard let data = uv_handle_get_data(handle) else { return }
            Unmanaged<LoopHandle>.fromOpaque(data).release()
        }
    }

    /// The loop ends: whoever owns the handle gives back what belongs to it.
    func closeOwner() { close() }
}

/// Who is told when a watched descriptor is ready.
protocol PollOwner: AnyObject {
    /// `failed` when the kernel reports an error on the descriptor; watching has then stopped.
    func pollReady(_ events: PollEvents, failed: Bool)
    func closedByLoop()
}

/// What a descriptor is watched for.
struct PollEvents: OptionSet {
    let rawValue: Int32

    static let readable = PollEvents(rawValue: Int32(UV_READABLE.rawValue))
    /// Nothing but the loss of the connection, which the kernel reports to whoever watches for anything at all. What this
    /// asks for by itself, urgent bytes, cannot come any more where it is used: after the peer's end.
    static let loss = PollEvents(rawValue: Int32(UV_PRIORITIZED.rawValue))
    static let writable = PollEvents(rawValue: Int32(UV_WRITABLE.rawValue))
}

/// A descriptor watched by the loop. It keeps its owner alive until it is closed; the descriptor stays the owner's, who closes it after the handle.
final class PollHandle: LoopHandle {
    private var owner: (any PollOwner)?
    private var interest: PollEvents = []

    init(loop: EventLoop, descriptor: Int32, owner: any PollOwner) throws(EventLoopError) {
        super.init(loop: loop, type: UV_POLL)
        let status = uv_poll_init(loop.uv, poll, descriptor)
        guard status == 0 else { throw .system(.watch, subject: "descriptor \(descriptor)", code: -status) }
        self.owner = owner
        opened()
    }

    private var poll: UnsafeMutablePointer<uv_poll_t> { memory.assumingMemoryBound(to: uv_poll_t.self) }

    /// Changes what the descriptor is watched for; free when it is so already.
    func watch(_ events: PollEvents) {
        guard isOpen, events != interest else { return }
        interest = events
        guard !events.isEmpty else {
            uv_poll_stop(poll)
            return
        }
        uv_poll_start(poll, events.rawValue) { handle, status, events in
            guard let data = handle?.pointee.data else { return }
            Unmanaged<PollHandle>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.ready(status: status, events: events) }
        }
    }

    /// Stops watching for good and lets go of the owner, in that order: the owner may close the descriptor when it goes.
    func end() {
        close()
        owner = nil
    }

    override func closeOwner() {
        owner?.closedByLoop()
        end()
    }

    private func ready(status: Int32, events: Int32) {
        // libuv stops a handle before it reports an error.
        if status != 0 { interest = [] }
        owner?.pollReady(PollEvents(rawValue: events), failed: status != 0)
    }
}
