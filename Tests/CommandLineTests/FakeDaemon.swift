import ControlProtocol
import Glibc
import Synchronization
import Testing

/// A daemon of one thread on a real Unix socket, which answers as a test tells it to and remembers what it was asked.
final class FakeDaemon: Sendable {
    /// What it does with a request.
    enum Reply: Sendable {
        /// Sends these bytes, as they are.
        case bytes([UInt8])
        /// Sends these bytes and closes.
        case last([UInt8])
        /// Closes without a word.
        case close
    }

    let path: String
    private let directory: String
    private let listener: Int32
    private let answer: @Sendable (ControlRequest) -> Reply
    private let asked = Mutex<[ControlRequest]>([])

    /// Listens in a directory of its own.
    init(_ answer: @escaping @Sendable (ControlRequest) -> Reply) throws {
        self.answer = answer
        directory = try TemporaryDirectory.make()
        path = directory + "/control.sock"
        listener = try UnixAddress.listen(at: path)
        let context = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<FakeDaemon>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            },
            context
        )
        try #require(code == 0)
        pthread_detach(thread)
    }

    /// Answers hello by itself, and everything else as told.
    convenience init(
        version: String = ProgramVersion.current,
        answering answer: @escaping @Sendable (ControlRequest) -> Reply
    ) throws {
        try self.init { request in
            guard request.method == ControlMethod.hello.rawValue, let id = request.id else { return answer(request) }
            let hello = Hello.Result(protocolVersion: 1, programVersion: version, privilege: .operate)
            return .bytes(ControlCodec.response(id: id, result: hello))
        }
    }

    /// Gives one result for everything but hello.
    convenience init<Result: Encodable & Sendable>(version: String = ProgramVersion.current, result: Result) throws {
        try self.init(version: version) { request in
            guard let id = request.id else { return .close }
            return .bytes(ControlCodec.response(id: id, result: result))
        }
    }

    /// Refuses everything but hello.
    convenience init(error: ControlError) throws {
        try self.init(version: ProgramVersion.current) { .bytes(ControlCodec.response(id: $0.id, error: error)) }
    }

    /// All requests so far.
    var requests: [ControlRequest] { asked.withLock { $0 } }

    /// Ends the thread and removes the socket.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        unlink(path)
        rmdir(directory)
    }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            converse(connection)
            close(connection)
        }
        close(listener)
    }

    private func converse(_ connection: Int32) {
        var decoder = ControlFrameDecoder(bytesMax: ControlFrame.requestBytesMax)
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            decoder.append(buffer.prefix(count))
            while let payload = try? decoder.next(), let request = try? ControlRequest(payload: payload) {
                asked.withLock { $0.append(request) }
                switch answer(request) {
                case .bytes(let bytes): Self.send(connection, bytes)
                case .last(let bytes):
                    Self.send(connection, bytes)
                    return
                case .close: return
                }
            }
        }
    }

    private static func send(_ connection: Int32, _ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
