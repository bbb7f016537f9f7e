import EventLoop

/// The connections to one endpoint, and the exchanges that wait for one.
///
/// HTTP/2: one connection carries all until the peer's limit of streams, then another is made; the oldest is filled first,
/// so that the others fall idle and end. HTTP/1.1: one exchange a connection at a time, kept ones first.
final class HTTPClientPool {
    /// Streams that a connection under way is expected to carry before its peer has said how many.
    private static let expectedStreams = 100

    unowned let client: HTTPClient
    let endpoint: HTTPEndpoint
    private(set) var connections: [HTTPClientConnection] = []
    private var waiting: [HTTPExchange] = []
    private var connectors: [HTTPConnector] = []

    init(_ client: HTTPClient, _ endpoint: HTTPEndpoint) {
        self.client = client
        self.endpoint = endpoint
    }

    var isUnused: Bool { connections.isEmpty && connectors.isEmpty && waiting.isEmpty }

    func open(_ exchange: HTTPExchange) {
        if waiting.isEmpty, start(exchange) { return }
        waiting.append(exchange)
        connectWhereNeeded()
    }

    /// Puts an exchange first that its connection gave back.
    func reopen(_ exchange: HTTPExchange) {
        exchange.returned()
        waiting.insert(exchange, at: 0)
        connectWhereNeeded()
    }

    /// Connections have room again, or there are more of them.
    func serveWaiting() {
        guard !waiting.isEmpty else { return }
        let queue = waiting
        waiting = []
        var left: [HTTPExchange] = []
        for exchange in queue where !exchange.isOver {
            if !left.isEmpty && !exchange.needsFreshConnection || !start(exchange) { left.append(exchange) }
        }
        waiting = left + waiting
        connectWhereNeeded()
    }

    private func start(_ exchange: HTTPExchange) -> Bool {
        let connection =
            switch endpoint.version {
            case .http1: connections.last { $0.wire.canTake(exchange) }
            case .http2: connections.first { $0.wire.canTake(exchange) }
            }
        return connection?.start(exchange) ?? false
    }

    // MARK: Connecting

    private func connectWhereNeeded() {
        let each = endpoint.version == .http1 ? 1 : connections.last?.wire.streamsMax ?? Self.expectedStreams
        while waiting.count > connectors.count * max(each, 1),
            connections.count + connectors.count < client.limits.connectionsPerEndpointMax
        {
            let connector = HTTPConnector(client, endpoint)
            connectors.append(connector)
            connector.start { [weak self] connector, result in self?.connected(connector, result) }
        }
    }

    private func connected(_ connector: HTTPConnector, _ result: Result<HTTPClientChannel, HTTPClientFailure>) {
        connectors.removeAll { $0 === connector }
        switch result {
        case .success(let channel):
            let connection = HTTPClientConnection(self, channel)
            connections.append(connection)
            serveWaiting()
            connection.begin()
        case .failure(let failure):
            // While another connection takes exchanges or is under way, those who wait have somebody to wait for.
            guard connectors.isEmpty, connections.allSatisfy({ $0.wire.streamsMax == nil }) else { return }
            let failed = waiting
            waiting = []
            for exchange in failed { exchange.failed(failure) }
        }
    }

    // MARK: The end

    func released(_ connection: HTTPClientConnection) {
        connections.removeAll { $0 === connection }
        serveWaiting()
    }

    func tick(_ now: UInt64) {
        for connection in connections { connection.wire.tick(now) }
        waiting.removeAll(where: \.isOver)
    }

    func close() {
        for connector in connectors { connector.cancel() }
        connectors = []
        let exchanges = waiting
        waiting = []
        for exchange in exchanges { exchange.failed(.closed) }
        for connection in connections { connection.close(.closed) }
    }
}
