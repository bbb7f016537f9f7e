import DurableModel
import Registry

/// What of a deployment an act may change beside its address, as the JSON that the history keeps.
enum DeploymentDetails {
    /// Of a digest this many bytes are kept: enough to see that a value changed, too few to try values out against.
    private static let digestBytes = 4

    /// The details of one side of an act; `nil` if the deployment was not there. Values of headers may be secrets, so that
    /// only digests of them are kept.
    static func json(of deployment: Deployment?, beside other: Deployment?) -> String? {
        guard let deployment else { return nil }
        var json = JSONWriter(reservingBytes: 512)
        json.beginObject()
        json.member("http_version", deployment.httpVersion.rawValue)
        json.member("protocol_type", deployment.mode.rawValue)
        json.optionalMember("sdk_version", deployment.sdkVersion)
        json.member("min_protocol_version", deployment.protocolVersions.lowerBound)
        json.member("max_protocol_version", deployment.protocolVersions.upperBound)
        json.member(
            "headers",
            Dictionary(
                deployment.additionalHeaders.map { ($0.name, digest(of: $0.value)) },
                uniquingKeysWith: { $1 }
            )
        )
        json.member("metadata", deployment.metadata)
        write(deployment.services, beside: other, to: &json)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The options of services whose options the act changed.
    private static func write(_ services: [ServiceRevision], beside other: Deployment?, to json: inout JSONWriter) {
        guard let other else { return }
        let changed = services.filter { entry in
            other.service(named: entry.service.name).map { $0.service.options != entry.service.options } ?? false
        }
        guard !changed.isEmpty else { return }
        json.name("services")
        json.beginObject()
        for entry in changed {
            json.name(entry.service.name)
            write(entry.service.options, to: &json)
        }
        json.endObject()
    }

    private static func write(_ options: HandlerOptions, to json: inout JSONWriter) {
        json.beginObject()
        if let isPrivate = options.ingressPrivate { json.member("public", !isPrivate) }
        let intervals = [
            ("inactivity_timeout_ms", options.inactivityTimeout), ("abort_timeout_ms", options.abortTimeout),
            ("journal_retention_ms", options.journalRetention),
            ("idempotency_retention_ms", options.idempotencyRetention),
            ("workflow_completion_retention_ms", options.workflowCompletionRetention),
            ("retry_initial_interval_ms", options.retryPolicy.initialInterval),
            ("retry_max_interval_ms", options.retryPolicy.intervalMax),
        ]
        for (name, interval) in intervals {
            if let interval { json.member(name, interval.milliseconds) }
        }
        if let attemptsMax = options.retryPolicy.attemptsMax { json.member("retry_max_attempts", attemptsMax) }
        if let factor = options.retryPolicy.factor {
            json.name("retry_exponentiation_factor")
            json.number(factor)
        }
        if let onMax = options.retryPolicy.onMaxAttempts { json.member("retry_on_max_attempts", onMax.rawValue) }
        json.endObject()
    }

    private static func digest(of value: String) -> String {
        let digits = Array("0123456789abcdef")
        let bytes = SHA256.digest(of: Array(value.utf8)).prefix(digestBytes)
        return "sha256:" + String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
