import DurableModel
import EventLoop
import HTTP

/// Asks endpoints what they serve (discovery.md, section 1). Made and used on the loop's thread.
package final class Discovery {
    /// The service protocol versions that a deployment must have one of.
    package static let protocolVersions = 5...7

    /// What to ask, as an operator gave it.
    package struct Request: Sendable {
        package var address: DeploymentAddress
        package var httpVersion: DurableModel.HTTPVersion
        /// Checked ones (`AdditionalHeader.checked`).
        package var additionalHeaders: [AdditionalHeader]
        /// Only passed on into the result.
        package var metadata: [String: String]

        package init(
            address: DeploymentAddress,
            httpVersion: DurableModel.HTTPVersion,
            additionalHeaders: [AdditionalHeader] = [],
            metadata: [String: String] = [:]
        ) {
            self.address = address
            self.httpVersion = httpVersion
            self.additionalHeaders = additionalHeaders
            self.metadata = metadata
        }
    }

    /// Times and numbers of a discovery.
    package struct Limits: Sendable {
        /// For everything, retries included: an operator waits for it.
        package var deadlineMilliseconds: UInt64 = 10_000
        package var attemptsMax = 4
        /// Before the second attempt; doubled for each further one.
        package var firstDelayMilliseconds: UInt64 = 100

        package init() {}
    }

    let loop: EventLoop
    let client: HTTPClient
    let limits: Limits
    let identity: RequestIdentity?
    private var runs: [ObjectIdentifier: DiscoveryRun] = [:]

    /// With an identity every request is signed.
    package init(
        loop: EventLoop,
        client: HTTPClient,
        limits: Limits = Limits(),
        identity: RequestIdentity? = nil
    ) {
        self.identity = identity
        self.loop = loop
        self.client = client
        self.limits = limits
    }

    /// Asks one endpoint. `then` is called once, in a later `EventLoop.runOnce`, except for an address that no parser
    /// gave: then at once.
    package func discover(
        _ request: Request,
        then: @escaping (Result<DiscoveredDeployment, DiscoveryError>) -> Void
    ) {
        guard let endpoint = EndpointRequest.endpoint(of: request.address, request.httpVersion) else {
            let problem = DiscoveryError.Problem.unreachable(reason: "its address names no host", attempts: 0)
            return then(.failure(DiscoveryError(address: request.address, problem: problem)))
        }
        let run = DiscoveryRun(self, request, endpoint, then: then)
        runs[ObjectIdentifier(run)] = run
        run.start()
    }

    /// Ends what is under way, with `.stopped`.
    package func close() {
        for run in runs.values { run.fail(.stopped) }
    }

    func finished(_ run: DiscoveryRun) {
        runs[ObjectIdentifier(run)] = nil
    }
}
