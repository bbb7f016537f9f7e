import ControlProtocol
import HTTP
import Operations

/// The rows of a query on their way to the one who asked: the head goes with the first batch, so that what fails before
/// it is an error with a status, and what fails after it cuts the connection.
final class QueryAnswer {
    private let request: HTTPRequestID
    private let server: HTTPServer
    private var hasBegun = false
    private var isOver = false

    init(request: HTTPRequestID, server: HTTPServer) {
        self.request = request
        self.server = server
    }

    func add(_ batch: QueryWorker.Batch) {
        guard !isOver, let text = batch.text else { return }
        begin()
        server.write(to: request, Array(text.utf8))
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
        head.add("content-type", "application/json")
        server.beginResponse(to: request, head)
    }
}
