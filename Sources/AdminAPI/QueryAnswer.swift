import ControlProtocol
import HTTP
import Operations

/// The rows of a query on their way to the one who asked: the head goes with the first batch, so that what fails before
/// it is an error with a status, and what fails after it cuts the connection.
final class QueryAnswer {
    private let request: HTTPRequestID
    private let server: HTTPServer
    private let format: QueryWorker.Format
    private var hasBegun = false
    private var isOver = false

    init(request: HTTPRequestID, server: HTTPServer, format: QueryWorker.Format) {
        self.request = request
        self.server = server
        self.format = format
    }

    /// JSON for who accepts that and nothing else, spelled so; an Arrow stream for everybody else.
    static func format(for head: HTTPHead) -> QueryWorker.Format {
        head.has("accept", "application/json") ? .json : .arrow
    }

    func add(_ batch: QueryWorker.Batch) {
        guard !isOver, let bytes = batch.rendered else { return }
        begin()
        server.write(to: request, bytes)
    }

    func finish(_ result: Result<QueryWorker.Summary, OperationError>) {
        guard !isOver else { return }
        isOver = true
        switch result {
        case .success:
            begin()
            server.endResponse(to: request)
        case .failure(let error) where !hasBegun:
            server.respond(to: request, AdminResponses.refused(error))
        case .failure:
            server.abort(request)
        }
    }

    /// The one who asked has gone.
    func cancel() { isOver = true }

    private func begin() {
        guard !hasBegun else { return }
        hasBegun = true
        var head = HTTPHead(status: 200)
        head.add("content-type", format == .arrow ? "application/vnd.apache.arrow.stream" : "application/json")
        server.beginResponse(to: request, head)
    }
}
