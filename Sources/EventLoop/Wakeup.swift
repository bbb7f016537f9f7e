import CShims
import Glibc
import Synchronization

/// Lets any thread make the loop run a body. Several wakes before the loop comes round run it once.
///
/// An eventfd rather than libuv's own signal between threads: that one waits busily for the waker when both share a core.
package final class Wakeup: Sendable {
    /// Lives as long as this object, so a wake after `close(on:)` writes to something nobody reads.
    private let descriptor: Int32
    private let isPending = Atomic(false)

    fileprivate init() throws(EventLoopError) {
        descriptor = perdure_eventfd()
        guard descriptor >= 0 else { throw .system(.makeSocket, subject: "waking the loop", code: errno) }
    }

    deinit { Glibc.close(descriptor) }

    /// May be called on any thread.
    package func wake() {
        guard !isPending.exchange(true, ordering: .acquiringAndReleasing) else { return }
        perdure_eventfd_signal(descriptor)
    }

    /// Ends the watch; the body is not run any more.
    package func close(on loop: EventLoop) { loop.wakeups.removeValue(forKey: ObjectIdentifier(self))?.end() }

    fileprivate func take() {
        perdure_eventfd_take(descriptor)
        // Before the body, so that a wake while it runs is another event.
        isPending.store(false, ordering: .sequentiallyConsistent)
    }

    fileprivate func receiver(on loop: EventLoop, body: @escaping () -> Void) throws(EventLoopError) -> WakeupReceiver {
        let receiver = WakeupReceiver(wakeup: self, body: body)
        try receiver.start(loop: loop, descriptor: descriptor)
        return receiver
    }
}

/// The loop's side of a wakeup.
final class WakeupReceiver: PollOwner {
    private let wakeup: Wakeup
    private let body: () -> Void
    private var handle: PollHandle?

    fileprivate init(wakeup: Wakeup, body: @escaping () -> Void) {
        self.wakeup = wakeup
        self.body = body
    }

    fileprivate func start(loop: EventLoop, descriptor: Int32) throws(EventLoopError) {
        let handle = try PollHandle(loop: loop, descriptor: descriptor, owner: self)
        handle.watch(.readable)
        self.handle = handle
    }

    func end() {
        handle?.end()
        handle = nil
    }

    func pollReady(_ events: PollEvents, failed: Bool) {
        wakeup.take()
        body()
    }

    func closedByLoop() { handle = nil }
}

extension EventLoop {
    /// A door through which other threads make the loop run `body`.
    package func makeWakeup(_ body: @escaping () -> Void) throws(EventLoopError) -> Wakeup {
        let wakeup = try Wakeup()
        wakeups[ObjectIdentifier(wakeup)] = try wakeup.receiver(on: self, body: body)
        return wakeup
    }
}
