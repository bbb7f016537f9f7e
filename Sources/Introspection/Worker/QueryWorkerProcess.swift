import ControlProtocol
import Glibc
import Store

/// The life of a query worker: takes one query after the other from its socket, answers it, and ends when the socket
/// closes or nothing has come for a minute.
package final class QueryWorkerProcess {
    private let socket: Int32
    private let databasePath: String
    private let limits: QueryLimits
    private var decoder = ControlFrameDecoder(bytesMax: ControlFrame.requestBytesMax)
    private var session: QuerySession?

    private static let idleMilliseconds: Int32 = 60_000

    /// Serves `socket`, a blocking stream socket, with the database of the state directory `directory`.
    package init(socket: Int32, directory: String, limits: QueryLimits = QueryLimits()) {
        self.socket = socket
        self.limits = limits
        databasePath = SQLiteStore.databasePath(in: directory)
    }

    /// Serves until there is nothing more to do.
    package func run() {
        // A daemon that has gone is told by the write, not by a signal.
        signal(SIGPIPE, SIG_IGN)
        var buffer = [UInt8](repeating: 0, count: 65536)
        while waitForInput() {
            let count = read(socket, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            decoder.append(buffer.prefix(count))
            guard serveFrames() else { return }
        }
    }

    private func waitForInput() -> Bool {
        while true {
            var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            let ready = poll(&entry, 1, Self.idleMilliseconds)
            if ready < 0, errno == EINTR { continue }
            return ready > 0
        }
    }

    /// Answers every whole request that has come; `false` when nothing can come any more.
    private func serveFrames() -> Bool {
        do throws(ControlProtocolError) {
            while let payload = try decoder.next() {
                guard answer(try ControlRequest(payload: payload)) else { return false }
            }
            return true
        } catch {
            _ = write(ControlCodec.response(id: nil, error: ControlError(error)))
            return false
        }
    }

    private func answer(_ request: ControlRequest) -> Bool {
        guard let id = request.id else { return true }
        do throws(ControlError) {
            guard request.method == QueryWorker.queryMethod else { throw ControlError(.methodNotFound) }
            let query = try request.parameters(QueryWorker.Query.self)
            let summary = try run(query)
            return write(ControlCodec.response(id: id, result: summary))
        } catch {
            return write(ControlCodec.response(id: id, error: error))
        }
    }

    private func run(_ query: QueryWorker.Query) throws(ControlError) -> QueryWorker.Summary {
        var answer = QueryAnswer(format: query.format) { [unowned self] (frame) throws(QueryError) in
            guard write(frame) else { throw .cancelled }
        }
        do throws(QueryError) {
            let outcome = try openSession().run(
                query.sql,
                rowsMax: query.rowsMax,
                deadlineMilliseconds: query.deadlineMilliseconds,
                isCancelled: { [unowned self] in isAbandoned },
                columns: { (columns) throws(QueryError) in answer.begin(columns) },
                row: { (cells) throws(QueryError) in try answer.add(cells) }
            )
            try answer.end()
            return QueryWorker.Summary(rows: outcome.rows, isTruncated: outcome.isTruncated)
        } catch {
            if case .unavailable = error { session = nil }
            throw ControlError(error)
        }
    }

    /// Opened with the first query, and again after it could not be read.
    private func openSession() throws(QueryError) -> QuerySession {
        if let session { return session }
        let opened = try QuerySession(databasePath: databasePath, limits: limits)
        session = opened
        return opened
    }

    /// Whether the daemon has closed its end.
    private var isAbandoned: Bool {
        var entry = pollfd(fd: socket, events: 0, revents: 0)
        return poll(&entry, 1, 0) > 0 && entry.revents & Int16(POLLHUP | POLLERR) != 0
    }

    /// Writes all of a frame; `false` when nobody is there to read it.
    private func write(_ frame: [UInt8]) -> Bool {
        var start = 0
        while start < frame.count {
            let count = frame[start...].withUnsafeBytes { Glibc.write(socket, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            start += count
        }
        return true
    }
}

extension ControlError {
    /// How the daemon, and through it the client, hears of a query that has no answer.
    init(_ error: QueryError) {
        switch error {
        case .refused, .tooLarge: self.init(.queryRefused, error.description)
        case .timeout: self.init(.queryTimeout, error.description)
        case .cancelled, .unavailable: self.init(.queryUnavailable, error.description)
        }
    }
}
