import HTTP

/// The HTTP side of the endpoint: the manifest, and one `HandlerRun` for each attempt.
final class EndpointHandler: HTTPServerHandler {
    /// Payloads of a benchmark are small; what is larger is a mistake.
    private static let bodyBytesMax = 1 << 20

    private var runs: [HTTPRequestID: HandlerRun] = [:]

    func httpServer(_ server: HTTPServer, head: HTTPHead, of request: HTTPRequestID) -> HTTPBodyPolicy {
        // Most calls of a measurement are for the site at the top.
        if head.path.starts(with: "/invoke/".utf8) { return .stream(maxBytesHTTP1: Self.bodyBytesMax) }
        guard let (site, rest) = EndpointSite.split(head.path) else { return .respond(HTTPResponse(status: 404)) }
        if rest.elementsEqual("/discover".utf8) { return .respond(Self.discovery(of: site)) }
        guard site.serves(rest) else { return .respond(HTTPResponse(status: 404)) }
        return .stream(maxBytesHTTP1: Self.bodyBytesMax)
    }

    private static func discovery(of site: EndpointSite) -> HTTPResponse {
        var response = HTTPResponse(status: 200, body: Array(site.manifest.utf8))
        response.head.add("content-type", "application/vnd.restate.endpointmanifest.v1+json")
        response.head.add("x-restate-server", "perdure-bench")
        return response
    }

    func httpServer(_ server: HTTPServer, opened request: HTTPRequestID, head: HTTPHead) {
        guard let contentType = head.value(of: "content-type"), let run = HandlerRun(contentType, path: head.path)
        else { return server.respond(to: request, HTTPResponse(status: 415)) }
        var answer = HTTPHead(status: 200)
        answer.add("content-type", contentType)
        answer.add("x-restate-server", "perdure-bench")
        server.beginResponse(to: request, answer)
        runs[request] = run
    }

    func httpServer(_ server: HTTPServer, part: UnsafeRawBufferPointer, of request: HTTPRequestID) {
        guard let index = runs.index(forKey: request) else { return }
        runs.values[index].take(part)
        answer(request, at: index, on: server)
    }

    func httpServer(_ server: HTTPServer, bodyEnded request: HTTPRequestID) {
        guard let index = runs.index(forKey: request) else { return }
        runs.values[index].inputEnded()
        answer(request, at: index, on: server)
    }

    private func answer(
        _ request: HTTPRequestID,
        at index: Dictionary<HTTPRequestID, HandlerRun>.Index,
        on server: HTTPServer
    ) {
        let output = runs.values[index].takeOutput()
        if !output.isEmpty { server.write(to: request, output) }
        switch runs.values[index].phase {
        case .ended:
            runs.remove(at: index)
            server.endResponse(to: request)
        case .broken:
            runs.remove(at: index)
            server.abort(request)
        case .awaitingStart, .replaying, .running: break
        }
    }

    /// Over HTTP/1.1, which this endpoint does not offer.
    func httpServer(_ server: HTTPServer, request: HTTPRequestID, head: HTTPHead, body: [UInt8]) {
        server.respond(to: request, HTTPResponse(status: 505))
    }

    func httpServer(_ server: HTTPServer, cancelled request: HTTPRequestID) { runs[request] = nil }
}
