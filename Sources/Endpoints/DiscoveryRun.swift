import DurableModel
import EventLoop
import HTTP

/// One discovery under way: attempts with growing delays between them, all within one deadline.
final class DiscoveryRun {
    private enum Phase {
        case waiting
        case asking(HTTPExchange)
        /// A manifest came.
        case collecting(HTTPExchange, sdkVersion: String?)
        /// Something else came; the beginning of it is for the error.
        case explaining(HTTPExchange, status: Int)
        case decoding
        case over
    }

    /// A manifest larger than this is read on the pool, not on the core's thread.
    private static let inlineBytesMax = 64 << 10
    /// So much of an error's body is shown.
    private static let explanationBytesMax = 300

    private unowned let discovery: Discovery
    private var request: Discovery.Request
    private var endpoint: HTTPEndpoint
    private let then: (Result<DiscoveredDeployment, DiscoveryError>) -> Void
    private var phase = Phase.waiting
    private var body: [UInt8] = []
    private var attempts = 0
    private var lastProblem: DiscoveryError.Problem?
    private var retry: LoopTimer?
    private var deadline: LoopTimer?

    init(
        _ discovery: Discovery,
        _ request: Discovery.Request,
        _ endpoint: HTTPEndpoint,
        then: @escaping (Result<DiscoveredDeployment, DiscoveryError>) -> Void
    ) {
        self.discovery = discovery
        self.request = request
        self.endpoint = endpoint
        self.then = then
    }

    func start() {
        retry = LoopTimer(loop: discovery.loop) { [unowned self] in ask() }
        deadline = LoopTimer(loop: discovery.loop) { [unowned self] in deadlinePassed() }
        deadline?.schedule(afterMilliseconds: discovery.limits.deadlineMilliseconds)
        ask()
    }

    private func ask() {
        attempts += 1
        body = []
        let head = EndpointRequest.discovery(
            at: request.address,
            request.additionalHeaders,
            signedBy: discovery.identity
        )
        phase = .asking(discovery.client.open(head, to: endpoint, hasBody: false, delegate: self))
    }

    /// What is known by now is a better answer than that time is over.
    private func deadlinePassed() {
        if case .explaining(_, let status) = phase {
            return fail(.status(status, text: String(decoding: body, as: UTF8.self).quotable))
        }
        if case .waiting = phase, let lastProblem { return fail(lastProblem) }
        fail(.tooSlow(milliseconds: Int(clamping: discovery.limits.deadlineMilliseconds)))
    }

    private func askAgain(or problem: DiscoveryError.Problem) {
        guard attempts < discovery.limits.attemptsMax else { return fail(problem) }
        phase = .waiting
        lastProblem = problem
        let factor = UInt64(1) << UInt64(min(attempts - 1, 16))
        retry?.schedule(afterMilliseconds: discovery.limits.firstDelayMilliseconds &* factor)
    }

    func fail(_ problem: DiscoveryError.Problem) {
        finish(.failure(DiscoveryError(address: request.address, problem: problem)))
    }

    /// The end, once: `then` hears of it and everything of this run is given back.
    private func finish(_ result: Result<DiscoveredDeployment, DiscoveryError>) {
        switch phase {
        case .over: return
        case .asking(let exchange), .collecting(let exchange, _), .explaining(let exchange, _): exchange.cancel()
        case .waiting, .decoding: break
        }
        phase = .over
        retry?.close()
        deadline?.close()
        discovery.finished(self)
        then(result)
    }
}

// MARK: - What the exchange tells

extension DiscoveryRun: HTTPExchangeDelegate {
    func exchange(_ exchange: HTTPExchange, head: HTTPHead) {
        guard (200..<300).contains(head.status) else {
            phase = .explaining(exchange, status: head.status)
            return
        }
        if let encoding = head.unwantedEncoding { return fail(.contentEncoding(encoding)) }
        guard ManifestContentType.isAccepted(head) else {
            return fail(.contentType(head.text(of: "content-type")?.quotable))
        }
        phase = .collecting(exchange, sdkVersion: head.text(of: "x-restate-server")?.quotable)
    }

    func exchange(_ exchange: HTTPExchange, body bytes: UnsafeRawBufferPointer) {
        switch phase {
        case .collecting:
            body.append(contentsOf: bytes)
            guard body.count <= Manifest.bytesMax else {
                return fail(.manifest(.tooLarge(bytesMax: Manifest.bytesMax)))
            }
        case .explaining(_, let status):
            body.append(contentsOf: bytes.prefix(Self.explanationBytesMax - body.count))
            if body.count == Self.explanationBytesMax {
                exchange.cancel()
                explained(status)
            }
        case .waiting, .asking, .decoding, .over: break
        }
    }

    func exchangeEnded(_ exchange: HTTPExchange) {
        switch phase {
        case .collecting(_, let sdkVersion): decode(sdkVersion)
        case .explaining(_, let status): explained(status)
        case .waiting, .asking, .decoding, .over: break
        }
    }

    func exchange(_ exchange: HTTPExchange, failed failure: HTTPClientFailure) {
        if case .explaining(_, let status) = phase { return explained(status) }
        switch failure {
        case .http1Peer where endpoint.isSecure: askOverHTTP1()
        case .http1Peer: fail(.http1Only)
        case .tls(let reason): fail(.unreachable(reason: reason, attempts: attempts))
        case .closed: fail(.stopped)
        case .protocolViolation(let reason):
            fail(.unreachable(reason: violation(reason), attempts: attempts))
        case .nameNotResolved, .refused, .unreachable, .connectTimedOut, .handshakeTimedOut, .goAway, .noSignOfLife:
            askAgain(or: .unreachable(reason: failure.description, attempts: attempts))
        case .connectionLost, .staleConnection, .streamReset:
            askAgain(or: .unreachable(reason: violation(failure.description), attempts: attempts))
        }
    }

    /// A peer that hangs up or talks nonsense is most often one of the other version.
    private func violation(_ reason: String) -> String {
        switch request.httpVersion {
        case .http2: reason + "; if it speaks only HTTP/1.1, register it with --use-http1.1"
        case .http1: reason + "; check that it is an SDK's endpoint, and whether it speaks HTTP/2"
        }
    }

    /// Over TLS the endpoint chooses the version, and the one that it chose is that of its attempts.
    private func askOverHTTP1() {
        request.httpVersion = .http1
        endpoint.version = .http1
        attempts -= 1
        ask()
    }

    private func explained(_ status: Int) {
        let text = String(decoding: body, as: UTF8.self).quotable
        let problem = DiscoveryError.Problem.status(status, text: text)
        switch status {
        case 408, 429, 500, 502, 503, 504: askAgain(or: problem)
        default: fail(problem)
        }
    }
}

// MARK: - Reading the manifest

extension DiscoveryRun {
    private func decode(_ sdkVersion: String?) {
        phase = .decoding
        let bytes = body
        body = []
        guard bytes.count > Self.inlineBytesMax else { return decoded(Self.read(bytes), sdkVersion) }
        discovery.loop.offload {
            Self.read(bytes)
        } then: { [weak self] result in
            self?.decoded(result, sdkVersion)
        }
    }

    private static func read(_ bytes: [UInt8]) -> Result<Manifest, ManifestError> {
        Result { () throws(ManifestError) in try Manifest.decode(bytes) }
    }

    private func decoded(_ result: Result<Manifest, ManifestError>, _ sdkVersion: String?) {
        guard case .decoding = phase else { return }
        switch result {
        case .failure(let error): fail(.manifest(error))
        case .success(let manifest):
            let versions = Self.usable(manifest.protocolVersions, sdkVersion)
            guard versions.overlaps(Discovery.protocolVersions) else {
                return fail(.noCommonVersion(offered: versions))
            }
            finish(
                .success(
                    DiscoveredDeployment(
                        address: request.address,
                        mode: manifest.mode,
                        httpVersion: request.httpVersion,
                        additionalHeaders: request.additionalHeaders,
                        metadata: request.metadata,
                        protocolVersions: versions,
                        sdkVersion: sdkVersion,
                        services: manifest.services
                    )
                )
            )
        }
    }

    /// The first TypeScript SDKs announce more than they can do: only version 1 works with them.
    private static func usable(_ versions: ClosedRange<Int>, _ sdkVersion: String?) -> ClosedRange<Int> {
        let isOverstated = ["1.0.", "1.1.", "1.2."].contains { minor in
            sdkVersion?.hasPrefix("restate-sdk-typescript/" + minor) == true
        }
        return isOverstated ? 1...1 : versions
    }
}
