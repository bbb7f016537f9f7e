import EventLoop
import TLS

/// What a connection to an endpoint writes to and reads from: the socket, with TLS over it where the address asks for that.
///
/// Encrypted output is made in pieces as large as a turn's, not one for each frame: it gathers here until `flush`.
final class HTTPClientChannel {
    let stream: ByteStream
    private let session: TLSSession?
    private var gathered: [UInt8] = []
    /// Told when something gathers that nobody will flush otherwise.
    var onGathered: (() -> Void)?

    /// Decrypted bytes come in pieces of this size, the most that a record holds.
    private static let pieceBytes = 16 << 10

    init(_ stream: ByteStream, _ session: TLSSession? = nil) {
        self.stream = stream
        self.session = session
    }

    var isSecure: Bool { session != nil }

    // MARK: Output

    /// Bytes that were written and have not left yet.
    var pendingOutputBytes: Int { stream.pendingOutputBytes + gathered.count }

    func write(_ bytes: UnsafeRawBufferPointer) {
        guard session != nil else { return stream.write(bytes) }
        gathered.append(contentsOf: bytes)
        onGathered?()
    }

    /// Lends room of at least `count` bytes; `body` fills it from its start and returns how many bytes it used.
    func withOutputBuffer(reserving count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) {
        guard session != nil else { return stream.withOutputBuffer(reserving: count, body) }
        let piece = [UInt8](unsafeUninitializedCapacity: count) { room, used in
            used = body(UnsafeMutableRawBufferPointer(room))
        }
        gathered += piece
        onGathered?()
    }

    /// Encrypts what has gathered, for the next flush of the socket.
    func encrypt() throws(TLSError) {
        guard let session, !gathered.isEmpty else { return }
        let bytes = gathered
        gathered.removeAll(keepingCapacity: bytes.count <= HTTPClientConnection.outputBytesMax)
        var failure: TLSError?
        bytes.withUnsafeBytes { bytes in
            do throws(TLSError) { try session.write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
        pump()
    }

    /// Moves encrypted bytes to the socket's output.
    private func pump() {
        guard let session else { return }
        while session.outputBytes > 0 {
            stream.withOutputBuffer(reserving: session.outputBytes) { session.takeOutput(into: $0) }
            if stream.isClosed { return }
        }
    }

    /// Ends at once, and says so to the peer of a session, which could not tell the end from a cut otherwise.
    func close() {
        onGathered = nil
        if let session, !stream.isClosed {
            session.end()
            pump()
            stream.flush()
        }
        stream.close()
    }

    // MARK: Input

    /// The peer has ended its half without saying so within the session: what came last may not be all.
    var isCutOff: Bool { session.map { !$0.hasEnded } ?? false }

    /// Gives what the peer said to `take`, as often as there is something. True when the peer ends its half with it.
    func receive(_ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Void) throws(TLSError) -> Bool {
        guard let session else {
            take(bytes)
            return false
        }
        try session.receive(bytes)
        defer { pump() }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceBytes, alignment: 1)
        defer { room.deallocate() }
        while !stream.isClosed {
            switch try session.read(into: room) {
            case .bytes(let count): take(UnsafeRawBufferPointer(rebasing: room[..<count]))
            case .nothing: return false
            case .ended: return true
            }
        }
        return false
    }
}
