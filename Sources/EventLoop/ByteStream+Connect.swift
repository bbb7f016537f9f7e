import Glibc

/// A connection attempt under way; it lives without being held.
package final class PendingConnection {
    private let loop: EventLoop
    private let address: SocketAddress
    private var then: ((Result<ByteStream, EventLoopError>) -> Void)?
    private var descriptor: Int32 = -1
    private var handle: PollHandle?
    private var timer: LoopTimer?

    fileprivate init(
        loop: EventLoop,
        address: SocketAddress,
        then: @escaping (Result<ByteStream, EventLoopError>) -> Void
    ) {
        self.loop = loop
        self.address = address
        self.then = then
    }

    /// Gives the attempt up; its closure is not called any more.
    package func cancel() {
        then = nil
        release()
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    fileprivate func start(timeoutMilliseconds: Int) {
        do throws(EventLoopError) {
            descriptor = try SocketDescriptor.make(for: address)
            let code = address.withSystemAddress { connect(descriptor, $0, $1) == 0 ? 0 : errno } ?? ENAMETOOLONG
            guard code == EINPROGRESS || code == EINTR else {
                loop.runSoon { self.finished(code) }
                return
            }
            let handle = try PollHandle(loop: loop, descriptor: descriptor, owner: self)
            handle.watch(.writable)
            self.handle = handle
            let timer = LoopTimer(loop: loop) { [unowned self] in
                finish(.failure(.connectTimedOut(address, milliseconds: timeoutMilliseconds)))
            }
            timer.schedule(afterMilliseconds: UInt64(clamping: timeoutMilliseconds))
            self.timer = timer
        } catch {
            loop.runSoon { self.finish(.failure(error)) }
        }
    }

    private func finished(_ code: Int32) {
        guard then != nil else { return }
        guard code == 0 else {
            finish(.failure(.system(.connect, subject: address.description, code: code)))
            return
        }
        // The stream watches the descriptor itself.
        release()
        do throws(EventLoopError) {
            let stream = try ByteStream(loop: loop, connected: descriptor, peer: address)
            descriptor = -1
            finish(.success(stream))
        } catch {
            finish(.failure(error))
        }
    }

    private func finish(_ result: Result<ByteStream, EventLoopError>) {
        let body = then
        cancel()
        body?(result)
    }

    private func release() {
        handle?.end()
        handle = nil
        timer?.close()
        timer = nil
    }
}

extension PendingConnection: PollOwner {
    func pollReady(_ events: PollEvents, failed: Bool) { finished(SocketDescriptor.takeError(descriptor)) }

    func closedByLoop() { cancel() }
}

extension ByteStream {
    /// Connects to `address`; `then` gets the stream, or why there is none, in a later `runOnce`. The stream reads from then on, so give it its delegate there.
    @discardableResult
    package static func connect(
        loop: EventLoop,
        to address: SocketAddress,
        timeoutMilliseconds: Int,
        then: @escaping (Result<ByteStream, EventLoopError>) -> Void
    ) -> PendingConnection {
        let connection = PendingConnection(loop: loop, address: address, then: then)
        connection.start(timeoutMilliseconds: timeoutMilliseconds)
        return connection
    }
}
