import CShims
import Glibc

/// What a stream tells its user, inside `EventLoop.runOnce` only. The bytes are valid during the call.
package protocol ByteStreamDelegate: AnyObject {
    /// Bytes have arrived, never none.
    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer)
    /// The peer sends no more; the stream can still be written to. Told once.
    func byteStreamEnded(_ stream: ByteStream)
    /// The connection is lost, and the stream is closed already.
    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError)
    /// All pending output has left after some of it had to wait.
    func byteStreamDrained(_ stream: ByteStream)
}

/// Who is at the other end of a Unix socket, as the kernel saw it when the connection was made.
package struct PeerCredentials: Equatable, Sendable {
    package let uid: UInt32
    package let gid: UInt32
    package let pid: Int32

    package init(uid: UInt32, gid: UInt32, pid: Int32) {
        self.uid = uid
        self.gid = gid
        self.pid = pid
    }
}

/// A connected stream socket: non-blocking, close-on-exec, without delay for small writes.
///
/// An open stream is kept alive by the loop until `close()`. One whose delegate is gone is closed at its next event.
package final class ByteStream {
    private enum Input { case reading, paused, ended }
    private enum Output { case open, finishing, finished }
    /// `failing`: a send found the connection broken, and the delegate is yet to be told.
    private enum State { case open, failing, closed }

    /// Reads of one event: a full buffer is read again, but others want their turn too.
    private static let readsPerEventMax = 4
    /// As many as the kernel lets a process have (NGROUPS_MAX).
    private static let peerGroupsMax = 65_536

    package weak var delegate: (any ByteStreamDelegate)?
    /// Where the peer is; a Unix peer rarely has a name.
    package let peerAddress: SocketAddress
    /// Sends acknowledgements at once instead of waiting for an answer to carry them: for sockets where the peer waits for each of them.
    package var quickAcknowledgements = false

    private let loop: EventLoop
    private let descriptor: Int32
    private var handle: PollHandle?
    private var input = Input.reading
    private var output = Output.open
    private var state = State.open
    private var buffer = OutputBuffer()
    /// A send was short: the next one waits until the kernel has room.
    private var waitsForRoom = false
    private var isListedDirty = false

    /// Takes a connected stream socket over. The descriptor is the stream's from here on; it is closed when this throws.
    package convenience init(loop: EventLoop, adopting descriptor: Int32) throws(EventLoopError) {
        do throws(EventLoopError) {
            try SocketDescriptor.check(descriptor, listening: false)
            guard let peer = SocketDescriptor.peerAddress(descriptor) else {
                throw .system(.inspect, subject: "descriptor \(descriptor)", code: errno)
            }
            if peer.unixPath == nil { SocketDescriptor.configureTCP(descriptor) }
            try self.init(loop: loop, connected: descriptor, peer: peer)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// A descriptor known to be connected and set up. It stays the caller's when this throws.
    init(loop: EventLoop, connected descriptor: Int32, peer: SocketAddress) throws(EventLoopError) {
        self.loop = loop
        self.descriptor = descriptor
        self.peerAddress = peer
        let handle = try PollHandle(loop: loop, descriptor: descriptor, owner: self)
        self.handle = handle
        handle.watch(.readable)
    }

    package var isClosed: Bool { state == .closed }

    /// This end's address, nil when the stream is closed.
    package var localAddress: SocketAddress? { isClosed ? nil : SocketDescriptor.localAddress(descriptor) }

    /// The process at the other end, nil for TCP and for a closed stream.
    package var peerCredentials: PeerCredentials? {
        guard !isClosed, peerAddress.unixPath != nil else { return nil }
        var (uid, gid, pid): (UInt32, UInt32, Int32) = (0, 0, 0)
        guard perdure_peer_credentials(descriptor, &uid, &gid, &pid) == 0 else { return nil }
        return PeerCredentials(uid: uid, gid: gid, pid: pid)
    }

    /// The supplementary groups of the process at the other end, as the kernel saw them when the connection was made;
    /// none for TCP, for a closed stream and where the kernel does not say.
    package var peerGroups: [UInt32] {
        guard !isClosed, peerAddress.unixPath != nil else { return [] }
        return [UInt32](unsafeUninitializedCapacity: Self.peerGroupsMax) { buffer, count in
            let found = perdure_peer_groups(descriptor, buffer.baseAddress, Int32(buffer.count))
            count = min(max(0, Int(found)), buffer.count)
        }
    }

    /// Closes at once; output that has not left is dropped, and no delegate call comes after it.
    package func close() {
        guard state != .closed else { return }
        state = .closed
        handle?.end()
        handle = nil
        Glibc.close(descriptor)
        buffer.clear()
    }

    // MARK: Output

    /// Bytes that were written and have not left yet.
    package var pendingOutputBytes: Int { buffer.count }

    /// Appends to the output; nothing leaves before a flush. Dropped when the stream is closed or its output finished.
    package func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write($0) }
    }

    /// Appends to the output; nothing leaves before a flush. Dropped when the stream is closed or its output finished.
    package func write(_ bytes: UnsafeRawBufferPointer) {
        guard state == .open, output == .open, !bytes.isEmpty else { return }
        buffer.append(bytes)
        listDirty()
    }

    /// Lends room of at least `count` bytes at the end of the output; `body` fills it from its start and returns how many bytes it used.
    package func withOutputBuffer(reserving count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) {
        guard state == .open, output == .open else { return }
        let used = body(buffer.makeRoom(count))
        guard used > 0 else { return }
        buffer.added(used)
        listDirty()
    }

    /// One send(2) of what is pending. After a short one the rest leaves by itself as the kernel takes it.
    package func flush() {
        guard state == .open, !waitsForRoom else { return }
        if let code = send() { failSoon(code) }
    }

    /// Finishes the output once all that is pending has left; the peer sees the end of the stream. Flushes nothing by itself.
    package func shutdownWrite() {
        guard state == .open, output == .open else { return }
        output = .finishing
        listDirty()
    }

    func flushFromList() {
        isListedDirty = false
        flush()
    }

    private func listDirty() {
        guard !isListedDirty, !waitsForRoom else { return }
        isListedDirty = true
        loop.markDirty(self)
    }

    /// Returns the errno of a broken connection.
    private func send() -> Int32? {
        while buffer.count > 0 {
            let pending = buffer.bytes
            let count = Glibc.send(descriptor, pending.baseAddress, pending.count, Int32(MSG_NOSIGNAL))
            if count >= 0 {
                buffer.sent(count)
                break
            }
            if errno == EAGAIN { break }
            if errno != EINTR { return errno }
        }
        waitsForRoom = buffer.count > 0
        if !waitsForRoom, output == .finishing {
            output = .finished
            // A connection that is gone by now says so when it is read.
            shutdown(descriptor, Int32(SHUT_WR))
        }
        watch()
        return nil
    }

    // MARK: Input

    /// No bytes and no end are told until `resumeReading`; the peer's sending stops when the kernel's buffer is full.
    package func pauseReading() {
        guard state != .closed, input == .reading else { return }
        input = .paused
        watch()
    }

    /// Undoes `pauseReading`.
    package func resumeReading() {
        guard state != .closed, input == .paused else { return }
        input = .reading
        watch()
    }

    private func watch() {
        guard state == .open else { return }
        var events: PollEvents = input == .reading ? .readable : []
        if waitsForRoom { events.insert(.writable) }
        // A peer that has finished its output may wait for ours, or be gone: that is to be heard of.
        if events.isEmpty, input == .ended, output != .finished { events = .loss }
        handle?.watch(events)
    }

    /// Reads what is there, within bounds.
    private func receive() {
        let room = loop.readBuffer
        for _ in 0..<Self.readsPerEventMax {
            guard state != .closed, input == .reading else { return }
            let count = recv(descriptor, room.baseAddress, room.count, 0)
            guard count > 0 else {
                received(nothing: count == 0 ? 0 : errno)
                return
            }
            guard let delegate else { return close() }
            delegate.byteStream(self, received: UnsafeRawBufferPointer(rebasing: room[..<count]))
            if count < room.count { break }
        }
        if quickAcknowledgements, state != .closed {
            SocketDescriptor.set(descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, 1)
        }
    }

    private func received(nothing code: Int32) {
        switch code {
        case EAGAIN, EINTR:
            return
        case 0:
            input = .ended
            watch()
            guard let delegate else { return close() }
            delegate.byteStreamEnded(self)
        default:
            fail(.system(.read, subject: peerAddress.description, code: code))
        }
    }

    // MARK: Failure

    /// A send failed outside of a delegate call's reach: what the peer said before is read first, then the delegate is told in the next `runOnce`.
    private func failSoon(_ code: Int32) {
        state = .failing
        buffer.clear()
        handle?.watch([])
        loop.runSoon { [self] in
            receive()
            guard state != .closed else { return }
            fail(.system(.send, subject: peerAddress.description, code: code))
        }
    }

    private func fail(_ error: EventLoopError) {
        close()
        delegate?.byteStreamFailed(self, error)
    }
}

extension ByteStream: PollOwner {
    func pollReady(_ events: PollEvents, failed: Bool) {
        guard state == .open else { return }
        if failed {
            // Bytes that arrived before the error are still there; reading past them yields the error itself.
            receive()
            guard state == .open else { return }
            let code = SocketDescriptor.takeError(descriptor)
            if code != 0 || input != .reading {
                fail(.system(.read, subject: peerAddress.description, code: code == 0 ? ECONNRESET : code))
            } else {
                watch()
            }
            return
        }
        if events.contains(.loss) {
            return fail(.system(.read, subject: peerAddress.description, code: ECONNRESET))
        }
        if events.contains(.writable), waitsForRoom {
            if let code = send() { return failSoon(code) }
            if !waitsForRoom {
                guard let delegate else { return close() }
                delegate.byteStreamDrained(self)
            }
        }
        if events.contains(.readable) { receive() }
    }

    func closedByLoop() { close() }
}
