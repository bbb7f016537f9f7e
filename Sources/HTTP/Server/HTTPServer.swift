import EventLoop

/// HTTP/1.1 and HTTP/2 (by prior knowledge) on the same listeners. One per face; made and used on the loop's thread.
///
/// Answers only gather in buffers: at the end of its turn the owner calls `flush`, then `EventLoop.flushDirtyStreams`,
/// which sends once for every connection. `flush` may hand further requests to the handler (pipelined ones, whose
/// predecessors have been answered meanwhile), so look for work again before waiting for events.
package final class HTTPServer {
    private enum State {
        case open
        case draining(then: () -> Void)
        case closed
    }

    let loop: EventLoop
    let limits: HTTPServerLimits
    /// Kept until the server is closed.
    private(set) var handler: (any HTTPServerHandler)?
    /// Connections that are open, lingering ones included.
    package private(set) var connectionCount = 0

    private var listeners: [Listener] = []
    private var state = State.open
    private var slots: [HTTPServerConnection?] = []
    private var generations: [UInt32] = []
    private var freeSlots: [Int] = []
    private var dirty: [HTTPServerConnection] = []
    private var timer: LoopTimer?
    private var isTicking = false
    var bodyBudget = IntakeBudget<HTTPServerConnection>()

    /// Serves nobody before `serve` or `accept`.
    package init(loop: EventLoop, handler: any HTTPServerHandler, limits: HTTPServerLimits = HTTPServerLimits()) {
        self.loop = loop
        self.handler = handler
        self.limits = limits
        bodyBudget.bytesMax = limits.bodyBytesMax
        timer = LoopTimer(loop: loop) { [unowned self] in tick() }
    }

    deinit { closeListeners() }

    /// From `drain` or `close` on.
    package var isDraining: Bool {
        if case .open = state { return false }
        return true
    }

    var nowMilliseconds: UInt64 { loop.monotonicNanoseconds / 1_000_000 }

    /// Notes how much that was read waits elsewhere: it counts as what is being collected does.
    package func note(bytesElsewhere count: Int) {
        for connection in bodyBudget.note(bytesElsewhere: count) { connection.releaseFromBudget() }
    }

    // MARK: Listening

    /// Serves the peers of that listener, which is the server's from now on.
    package func serve(_ listener: Listener) {
        listeners.append(listener)
        listener.start { [unowned self] stream in accept(stream) }
    }

    /// Serves a stream that is connected already.
    package func accept(_ stream: ByteStream) {
        guard case .open = state, connectionCount < limits.connectionsMax else { return stream.close() }
        let slot = freeSlots.popLast() ?? slots.count
        if slot == slots.count {
            slots.append(nil)
            generations.append(0)
        }
        connectionCount += 1
        slots[slot] = HTTPServerConnection(
            server: self,
            stream: stream,
            slot: UInt32(truncatingIfNeeded: slot),
            generation: generations[slot]
        )
        scheduleTick()
    }

    func released(_ connection: HTTPServerConnection) {
        let slot = Int(connection.slot)
        slots[slot] = nil
        generations[slot] &+= 1
        freeSlots.append(slot)
        connectionCount -= 1
        finishDraining()
    }

    func connection(of request: HTTPRequestID) -> HTTPServerConnection? {
        let slot = Int(request.connectionSlot)
        guard slot < slots.count, generations[slot] == request.connectionGeneration else { return nil }
        return slots[slot]
    }

    // MARK: The turn's end

    func markDirty(_ connection: HTTPServerConnection) { dirty.append(connection) }

    /// Makes the output of this turn ready to be sent. To be called right before `EventLoop.flushDirtyStreams`.
    package func flush() {
        // What becomes dirty while we go through the list waits for the next turn, which it is bound by.
        let connections = dirty
        dirty = []
        for connection in connections { connection.flush() }
    }

    /// `flush` has work of its own again: requests that were handed over, or output that was held back.
    package var wantsFlush: Bool { !dirty.isEmpty }

    // MARK: Time

    /// Deadlines are looked at once a second: they are long, and a timer for each would cost more than going through all.
    private static let tickMilliseconds: UInt64 = 1000

    private func scheduleTick() {
        guard !isTicking else { return }
        isTicking = true
        timer?.schedule(afterMilliseconds: Self.tickMilliseconds)
    }

    private func tick() {
        isTicking = false
        let now = nowMilliseconds
        for connection in slots { connection?.tick(now) }
        if connectionCount > 0 { scheduleTick() }
    }

    // MARK: The end

    /// Takes no more connections and requests: closes the listeners and idle connections, says GOAWAY or
    /// `connection: close` on the others, and calls back once the last has ended.
    package func drain(then: @escaping () -> Void) {
        guard case .open = state else { return }
        state = .draining(then: then)
        closeListeners()
        for connection in slots { connection?.drain() }
        finishDraining()
    }

    /// Ends at once: requests that are not answered are cancelled, `drain` is over.
    package func close() {
        if case .closed = state { return }
        closeListeners()
        for connection in slots { connection?.close() }
        finishDraining()
        state = .closed
        handler = nil
        timer?.close()
        timer = nil
    }

    private func closeListeners() {
        for listener in listeners { listener.close() }
        listeners = []
    }

    private func finishDraining() {
        guard case .draining(let then) = state, connectionCount == 0 else { return }
        state = .closed
        then()
    }
}
