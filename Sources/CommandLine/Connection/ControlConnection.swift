import ControlProtocol

/// A conversation with the daemon: hello and one request after the other.
final class ControlConnection {
    /// How long the daemon may take to say hello.
    static let helloTimeoutSeconds = 10
    private static let readBytes = 64 << 10

    private let path: String
    private let socket: UnixSocket
    private var decoder = ControlFrameDecoder(bytesMax: ControlFrame.answerBytesMax)
    private var buffer = [UInt8](repeating: 0, count: readBytes)
    private var lastNumber: Int64 = 0
    private var peer: Hello.Result?

    /// Connects; nothing is sent yet.
    init(path: String) throws(ClientError) {
        self.path = path
        self.socket = try UnixSocket(connectingTo: path)
    }

    /// The version of the daemon's program, once it has said hello.
    var daemonVersion: String? { peer?.programVersion }

    /// Asks for one thing and waits for the answer. The hello travels with the first request, so that both take one
    /// round trip. What the daemon tells on the way goes to `onProgress`, and the time for an answer then runs anew.
    func call<Operation: ControlOperation>(
        _ operation: Operation.Type,
        _ parameters: Operation.Parameters,
        timeoutSeconds: Int,
        onProgress: ((ControlPayload) -> Void)? = nil
    ) throws(ClientError) -> Operation.Result {
        var frames: [UInt8] = []
        var hello: ControlMessageID?
        if peer == nil {
            let id = nextID()
            frames += try Self.request(id, Hello.method, Hello.Parameters())
            hello = id
        }
        let id = nextID()
        frames += try Self.request(id, Operation.method, parameters)
        let wasSent = send(frames)
        if let hello { try greet(hello) }
        guard wasSent else { throw .noAnswer("the connection ended before the request was sent") }
        return try answer(to: id, timeoutSeconds, as: Operation.Result.self, onProgress: onProgress)
    }

    /// Whether all of it left. If not, the daemon may still have said why: that is looked for by the caller.
    private func send(_ frames: [UInt8]) -> Bool {
        do {
            try socket.send(frames)
            return true
        } catch {
            return false
        }
    }

    private func greet(_ id: ControlMessageID) throws(ClientError) {
        do throws(ClientError) {
            peer = try answer(to: id, Self.helloTimeoutSeconds, as: Hello.Result.self)
        } catch {
            // A daemon that does not even say hello counts as one that is not there.
            if case .noAnswer = error { throw .unreachable(socketPath: path, reason: .silent) }
            throw error
        }
    }

    private func answer<Result: Decodable>(
        to id: ControlMessageID,
        _ timeoutSeconds: Int,
        as type: Result.Type,
        onProgress: ((ControlPayload) -> Void)? = nil
    ) throws(ClientError) -> Result {
        var deadline = Deadline(secondsFromNow: timeoutSeconds)
        while true {
            let payload = try nextPayload(deadline)
            switch try Self.understood({ () throws(ControlProtocolError) in try ControlAnswer(payload: payload) }) {
            case .result(id, let result):
                return try Self.understood { () throws(ControlProtocolError) in try result.result(type) }
            case .failure(let answered, let error) where answered == id || answered == nil:
                throw .refused(error)
            case .notification(_, let payload):
                deadline = Deadline(secondsFromNow: timeoutSeconds)
                onProgress?(payload)
            case .result, .failure:
                continue
            }
        }
    }

    private static func understood<T>(_ read: () throws(ControlProtocolError) -> T) throws(ClientError) -> T {
        do {
            return try read()
        } catch {
            throw .badAnswer(error.description)
        }
    }

    private func nextPayload(_ deadline: Deadline) throws(ClientError) -> [UInt8] {
        while true {
            let payload = try Self.understood { () throws(ControlProtocolError) in try decoder.next() }
            if let payload { return payload }
            do throws(UnixSocket.Failure) {
                let count = try socket.receive(into: &buffer, deadline: deadline)
                decoder.append(buffer.prefix(count))
            } catch {
                switch error {
                case .closed: throw .noAnswer("the daemon closed the connection without an answer")
                case .timedOut: throw .noAnswer("the daemon did not answer in time")
                case .system(let code): throw .noAnswer("the connection failed: \(SystemError.text(code))")
                }
            }
        }
    }

    private func nextID() -> ControlMessageID {
        lastNumber += 1
        return .number(lastNumber)
    }

    private static func request(
        _ id: ControlMessageID,
        _ method: ControlMethod,
        _ parameters: some Encodable
    ) throws(ClientError) -> [UInt8] {
        do {
            return try ControlCodec.request(id: id, method: method.rawValue, parameters)
        } catch {
            throw .usage("the request cannot be sent: \(error)", hint: "say less at once")
        }
    }
}
