import DurableModel

/// Why a discovery came to nothing. Nothing was registered or changed.
package struct DiscoveryError: Error, Hashable, Sendable {
    package enum Problem: Hashable, Sendable {
        /// No connection, or it broke; `reason` says what the system or the peer did.
        case unreachable(reason: String, attempts: Int)
        /// The peer answered HTTP/1.1 to HTTP/2.
        case http1Only
        /// Connected, but no whole answer came in time.
        case tooSlow(milliseconds: Int)
        /// A status other than 2xx, with the beginning of what came with it.
        case status(Int, text: String)
        /// 2xx with this content type instead of a manifest's.
        case contentType(String?)
        case contentEncoding(String)
        case manifest(ManifestError)
        /// The SDK speaks none of our versions.
        case noCommonVersion(offered: ClosedRange<Int>)
        /// The daemon is stopping.
        case stopped
    }

    package let address: DeploymentAddress
    package let problem: Problem

    package init(address: DeploymentAddress, problem: Problem) {
        self.address = address
        self.problem = problem
    }

    /// The error code of the protocol, if there is one (errors.md).
    package var code: String? {
        switch problem {
        case .unreachable, .tooSlow, .status, .stopped: "META0003"
        case .http1Only: "META0014"
        case .contentType, .contentEncoding: "META0013"
        case .noCommonVersion: "META0012"
        case .manifest(let error): error.code
        }
    }

    /// The status of the admin API.
    package var httpStatus: Int {
        switch problem {
        case .manifest(let error): error.httpStatus
        case .stopped: 503
        case .unreachable, .http1Only, .tooSlow, .status, .contentType, .contentEncoding, .noCommonVersion: 500
        }
    }

    /// One sentence: which endpoint, what happened, what to do.
    package var message: String {
        "discovery of '\(address.uri)' failed: \(explanation)"
    }

    private var explanation: String {
        switch problem {
        case .unreachable(let reason, let attempts):
            "\(reason) (tried \(attempts == 1 ? "once" : "\(attempts) times"))"
        case .http1Only:
            "the server possibly supports only HTTP/1.1; register it with --use-http1.1 (use_http_11 in the admin API)"
        case .tooSlow(let milliseconds):
            "no complete answer came within \(milliseconds) ms; check that it is an SDK's endpoint and not overloaded"
        case .status(404, _):
            "it answered 404; check the path of the address, and that it is an SDK's endpoint"
        case .status(let status, _) where (300..<400).contains(status):
            "it answered \(status); redirects are not followed, register the address it points to"
        case .status(let status, let text):
            "it answered \(status)\(text.isEmpty ? "" : " (\(text))"); check the endpoint's log"
        case .contentType(let type):
            "it answered with \(type.map { "the content type '\($0)'" } ?? "no content type") instead of a manifest; "
                + "check that the address is that of an SDK's endpoint"
        case .contentEncoding(let encoding):
            "its answer is encoded with '\(encoding)', which was not asked for; switch compression off for it"
        case .manifest(let error): error.message
        case .noCommonVersion(let offered):
            "its SDK speaks the service protocol versions \(offered.lowerBound) to \(offered.upperBound), and this "
                + "server \(Discovery.protocolVersions.lowerBound) to \(Discovery.protocolVersions.upperBound); "
                + "use another version of the SDK"
        case .stopped: "this server is stopping; try again when it is back"
        }
    }
}
