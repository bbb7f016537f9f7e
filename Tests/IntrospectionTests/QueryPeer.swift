import ControlProtocol
import Glibc
import Introspection

/// A worker at the other end of a socket pair, on a thread of its own.
final class QueryPeer {
    let ours: Int32
    let worker: pthread_t
    private var decoder = ControlFrameDecoder(bytesMax: ControlFrame.answerBytesMax)

    private struct Start: Sendable {
        let socket: Int32
        let directory: String
    }

    init(directory: String) throws {
        var pair: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else {
            throw QueryWorld.Failure(code: errno)
        }
        ours = pair[0]
        let start = Unmanaged.passRetained(Box(Start(socket: pair[1], directory: directory)))
        var thread = pthread_t()
        pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Box<Start>>.fromOpaque(context).takeRetainedValue().value
                QueryWorkerProcess(socket: start.socket, directory: start.directory).run()
                close(start.socket)
                return nil
            },
            start.toOpaque()
        )
        worker = thread
    }

    deinit {
        close(ours)
        pthread_join(worker, nil)
    }

    func send(_ frame: [UInt8]) {
        _ = write(ours, frame, frame.count)
    }

    /// All answers up to the response; `nil` at the end when the worker has closed.
    func answers() throws -> [ControlAnswer?] {
        var answers: [ControlAnswer?] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            while let payload = try decoder.next() {
                let answer = try ControlAnswer(payload: payload)
                answers.append(answer)
                if case .notification = answer { continue }
                return answers
            }
            let count = read(ours, &buffer, buffer.count)
            guard count > 0 else { return answers + [nil] }
            decoder.append(buffer.prefix(count))
        }
    }

    func ask(_ sql: String, rowsMax: Int? = nil, _ format: QueryWorker.Format) throws -> [ControlAnswer?] {
        let query = QueryWorker.Query(sql: sql, deadlineMilliseconds: 20_000, rowsMax: rowsMax, format: format)
        send(try ControlCodec.request(id: .number(1), method: QueryWorker.queryMethod, query))
        return try answers()
    }

    /// The bodies of all batches.
    static func rendered(_ answers: [ControlAnswer?]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for case .notification(_, let payload)? in answers {
            bytes += try payload.parameters(QueryWorker.Batch.self).rendered ?? []
        }
        return bytes
    }

    /// `nil` when the query was refused.
    static func summary(_ answers: [ControlAnswer?]) throws -> QueryWorker.Summary? {
        guard case .result(_, let payload)? = answers.last ?? nil else { return nil }
        return try payload.result(QueryWorker.Summary.self)
    }
}

private final class Box<Value: Sendable>: Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
