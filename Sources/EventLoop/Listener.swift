import Glibc

/// A listening stream socket, TCP or Unix. Peers may connect from its making on; they wait in the kernel's queue until `start`.
package final class Listener {
    private enum State { case idle, accepting, pausedForResources, closed }

    /// Connections taken per iteration, so that a flood of them does not hold up those that work.
    private static let acceptsPerEventMax = 64
    /// How long accepting rests when descriptors or memory are short: time for some to be given back.
    private static let resourcePauseMilliseconds: UInt64 = 100

    /// The address it is bound to, with the real port when 0 was asked for.
    package let localAddress: SocketAddress
    /// Is told of what keeps connections from being accepted, at most ten times a second.
    package var onProblem: ((EventLoopError) -> Void)?

    private let loop: EventLoop
    private let descriptor: Int32
    private var handle: PollHandle?
    private var timer: LoopTimer?
    private var onAccept: ((ByteStream) -> Void)?
    private var state = State.idle

    /// Binds and listens. TCP addresses can be bound again at once after a close. A Unix path must be free (who owns the directory replaces files);
    /// the socket's file gets mode 0600.
    package convenience init(loop: EventLoop, address: SocketAddress, backlog: Int32 = 4096) throws(EventLoopError) {
        let descriptor = try SocketDescriptor.make(for: address)
        do throws(EventLoopError) {
            if address.unixPath == nil {
                SocketDescriptor.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
            } else {
                // bind(2) gives the file the mode of the socket, less the umask: there is no moment at which others can connect.
                fchmod(descriptor, 0o600)
            }
            let code = address.withSystemAddress { bind(descriptor, $0, $1) == 0 ? 0 : errno } ?? ENAMETOOLONG
            guard code == 0 else { throw .system(.bind, subject: address.description, code: code) }
            guard listen(descriptor, backlog) == 0 else {
                throw .system(.listen, subject: address.description, code: errno)
            }
            try self.init(loop: loop, listening: descriptor)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Takes a listening stream socket over that another process has made. The descriptor is the listener's from here on; it is closed when this throws.
    package convenience init(loop: EventLoop, inherited descriptor: Int32) throws(EventLoopError) {
        do throws(EventLoopError) {
            try SocketDescriptor.check(descriptor, listening: true)
            try self.init(loop: loop, listening: descriptor)
            if localAddress.unixPath == nil { SocketDescriptor.configureTCP(descriptor) }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    private init(loop: EventLoop, listening descriptor: Int32) throws(EventLoopError) {
        guard let address = SocketDescriptor.localAddress(descriptor) else {
            throw .system(.inspect, subject: "descriptor \(descriptor)", code: errno)
        }
        self.loop = loop
        self.descriptor = descriptor
        self.localAddress = address
        self.handle = try PollHandle(loop: loop, descriptor: descriptor, owner: self)
    }

    /// Accepts from now on. The stream reads at once, so give it its delegate in the closure.
    package func start(onAccept: @escaping (ByteStream) -> Void) {
        guard state != .closed else { return }
        self.onAccept = onAccept
        state = .accepting
        handle?.watch(.readable)
    }

    /// Accepts no more; peers wait in the queue again.
    package func stop() {
        guard state != .closed else { return }
        state = .idle
        handle?.watch([])
    }

    /// Refuses peers from now on, those in the queue included. The file of a Unix socket stays.
    package func close() {
        guard state != .closed else { return }
        state = .closed
        onAccept = nil
        onProblem = nil
        timer?.close()
        timer = nil
        handle?.end()
        handle = nil
        Glibc.close(descriptor)
    }

    private func accept() {
        for _ in 0..<Self.acceptsPerEventMax {
            guard state == .accepting else { return }
            guard let (connection, peer) = SocketDescriptor.accept(descriptor) else {
                switch errno {
                case EAGAIN:
                    return
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    pause(.system(.accept, subject: localAddress.description, code: errno))
                    return
                default:
                    // The connection died in the queue (Linux passes its errors on); the next one may be well.
                    continue
                }
            }
            do throws(EventLoopError) {
                onAccept?(try ByteStream(loop: loop, connected: connection, peer: peer))
            } catch {
                Glibc.close(connection)
                pause(error)
            }
        }
    }

    private func pause(_ error: EventLoopError) {
        guard state == .accepting else { return }
        state = .pausedForResources
        handle?.watch([])
        let timer =
            self.timer
            ?? LoopTimer(loop: loop) { [unowned self] in
                guard state == .pausedForResources else { return }
                state = .accepting
                handle?.watch(.readable)
            }
        timer.schedule(afterMilliseconds: Self.resourcePauseMilliseconds)
        self.timer = timer
        onProblem?(error)
    }
}

extension Listener: PollOwner {
    func pollReady(_ events: PollEvents, failed: Bool) {
        guard failed else { return accept() }
        pause(.system(.accept, subject: localAddress.description, code: SocketDescriptor.takeError(descriptor)))
    }

    func closedByLoop() { close() }
}
