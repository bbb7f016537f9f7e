import DurableModel
import ServiceProtocol

/// Why an attempt failed, and what that means for the next one. The codes are those of the reference's errors.md.
package enum AttemptFailure: Sendable {
    case transport(AttemptTransportFailure)
    /// The response ended before the service said how the attempt ends.
    case endedEarly
    /// Neither side said anything for the abort timeout.
    case silent(Interval)
    /// The service broke the protocol; nothing of the message was stored.
    case violation(String)
    /// The service suspended on what was there when its attempt began, or on a step of its own that it did not run.
    case suspendedInVain
    /// The handler reported an error that is worth another attempt.
    case reported(ErrorMessage)
    case noDeployment(Target)
    case deploymentRemoved(DeploymentID)
    case protocolVersion(pinned: Int?, offered: ClosedRange<Int>)
    case unknownTarget(Target)
    case keyForService(Target)
    case emptyIdempotencyKey(Target)
    /// A scope or limit key is given; says of what.
    case scope(String)
    case badInvocationID(String)
    case promiseOutsideWorkflow(Target)
    case stateWithoutKey(Target)
    case stateNotWritable(Target)
    /// The journal has no room for another entry; how many it has.
    case journalTooLarge(entries: Int, bytesMax: Int)

    /// The failure as operators see it.
    package var record: AttemptFailureRecord {
        switch self {
        case .transport(let failure): Self.record(of: failure)
        case .endedEarly:
            AttemptFailureRecord(
                documentedCode: "RT0007",
                message: "the service ended its response without a result, an error or a suspension"
            )
        case .silent(let timeout):
            AttemptFailureRecord(
                documentedCode: "RT0001",
                message: "no message from the service for the abort timeout of \(timeout.milliseconds) ms"
            )
        case .violation(let text):
            AttemptFailureRecord(documentedCode: "RT0012", message: text)
        case .suspendedInVain:
            AttemptFailureRecord(
                documentedCode: "RT0012",
                message:
                    "the service suspended on what had come already, or on a run of its own that it did not carry out, "
                    + "and nothing was stored since its attempt began"
            )
        case .reported(let error): Self.record(of: error)
        case .noDeployment(let target):
            AttemptFailureRecord(
                documentedCode: "RT0011",
                message: "no deployment has a handler \(target.service)/\(target.handler); register one that does"
            )
        case .deploymentRemoved(let id):
            AttemptFailureRecord(
                documentedCode: "RT0011",
                message: "the deployment \(id) that this invocation is pinned to was removed"
            )
        case .protocolVersion(let pinned, let offered):
            AttemptFailureRecord(
                documentedCode: pinned == nil ? "RT0013" : "RT0014",
                message:
                    "no common service protocol version: the deployment speaks \(offered.lowerBound) to \(offered.upperBound)"
                    + (pinned.map { ", the invocation is pinned to \($0)" } ?? "")
            )
        case .unknownTarget(let target):
            AttemptFailureRecord(
                documentedCode: "RT0018",
                message: "the called handler \(target.service)/\(target.handler) is not registered"
            )
        case .keyForService(let target):
            AttemptFailureRecord(
                documentedCode: "RT0017",
                message: "\(target.service) is a plain service, but was called with a key"
            )
        case .emptyIdempotencyKey(let target):
            AttemptFailureRecord(
                documentedCode: "RT0017",
                message: "the call of \(target.text) has an empty idempotency key"
            )
        case .scope(let what):
            AttemptFailureRecord(
                documentedCode: "RT0024",
                message: "\(what) has a scope or limit key, which this server does not support"
            )
        case .badInvocationID(let text):
            AttemptFailureRecord(
                documentedCode: "RT0017",
                message: "'\(text)' is no id of an invocation, and nothing can be attached to it"
            )
        case .promiseOutsideWorkflow(let target):
            AttemptFailureRecord(
                documentedCode: "RT0017",
                message: "only handlers of a workflow have promises; \(target.text) is none"
            )
        case .stateWithoutKey(let target):
            AttemptFailureRecord(
                documentedCode: "RT0017",
                message: "\(target.service) is a plain service and has no state"
            )
        case .stateNotWritable(let target):
            AttemptFailureRecord(
                documentedCode: "RT0017",
                message:
                    "only an exclusive handler of an object and the run of a workflow may change state; "
                    + "\(target.text) is neither"
            )
        case .journalTooLarge(let entries, let max):
            AttemptFailureRecord(
                documentedCode: "RT0003",
                message:
                    "the journal of \(entries) entries would grow beyond the limit of \(max) bytes (journal-size-limit)"
            )
        }
    }

    /// A delay that replaces the policy's for the next attempt, which then does not count (service-protocol.md, section 6).
    package var nextDelay: Interval? {
        switch self {
        case .transport(.status(let status, let retryAfter)) where status == 429 || status == 503: retryAfter
        case .reported(let error): error.nextRetryDelayMilliseconds.map { Interval(clampingMilliseconds: $0) }
        default: nil
        }
    }

    /// Whether the handler was reached, so that the failure counts in `retry_count_since_last_stored_entry`.
    package var reachedHandler: Bool {
        switch self {
        case .noDeployment, .deploymentRemoved, .protocolVersion: false
        case .transport(.status(let status, _)): status != 415
        default: true
        }
    }

    private static func record(of error: ErrorMessage) -> AttemptFailureRecord {
        let code: String
        switch error.code {
        case 570: code = "RT0016"
        case 571: code = "RT0012"
        default: code = "RT0007"
        }
        return AttemptFailureRecord(
            code: Int(error.code),
            documentedCode: code,
            message: error.message,
            stacktrace: error.stacktrace.isEmpty ? nil : error.stacktrace,
            relatedCommandIndex: error.relatedCommandIndex.map { Int($0) },
            relatedCommandName: error.relatedCommandName,
            relatedCommandType: error.relatedCommandType.map { Int($0) }
        )
    }

    private static func record(of failure: AttemptTransportFailure) -> AttemptFailureRecord {
        switch failure {
        case .network(let text):
            return AttemptFailureRecord(documentedCode: "RT0010", message: text)
        case .status(let status, let delay): return record(ofStatus: status, retryAfter: delay)
        case .contentType(let type):
            return AttemptFailureRecord(
                documentedCode: "RT0012",
                message: type.map { "unexpected content type '\($0)' of the response" }
                    ?? "the response has no content type"
            )
        case .contentEncoding(let encoding):
            return AttemptFailureRecord(
                documentedCode: "RT0012",
                message: "the response is compressed ('\(encoding)'), which was not asked for"
            )
        case .messageTooLarge(let type, let bytes, let limit):
            return AttemptFailureRecord(
                documentedCode: "RT0003",
                message:
                    "the \(MessageType(rawValue: type).wireName) message of \(bytes) bytes is larger than the limit of \(limit)"
            )
        case .malformedFrame(let text):
            return AttemptFailureRecord(documentedCode: "RT0012", message: text)
        }
    }

    private static func record(ofStatus status: Int, retryAfter delay: Interval?) -> AttemptFailureRecord {
        let shown = [String(status), statusNames[status]].compactMap { $0 }.joined(separator: " ")
        switch status {
        case 413:
            return AttemptFailureRecord(
                documentedCode: "RT0019",
                message: "the service does not take as much as its journal has (http status code \(shown))"
            )
        case 415:
            return AttemptFailureRecord(
                code: 415,
                documentedCode: "RT0015",
                message:
                    "the service does not speak the protocol version that it offered when it was registered (http status code "
                    + "\(shown)); register it anew"
            )
        case 429, 503:
            let wish = delay.map { " and asks for a delay of \($0.milliseconds) ms" } ?? ""
            return AttemptFailureRecord(
                documentedCode: "RT0023",
                message: "the service takes no more requests for now\(wish) (http status code \(shown))"
            )
        case 502, 504:
            return AttemptFailureRecord(
                documentedCode: "RT0010",
                message: "the service cannot be reached through what stands before it (http status code \(shown))"
            )
        default:
            return AttemptFailureRecord(documentedCode: "RT0012", message: "unexpected http status code: \(shown)")
        }
    }

    /// What people know statuses by that services and what stands before them answer.
    private static let statusNames = [
        301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect", 308: "Permanent Redirect",
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        406: "Not Acceptable", 408: "Request Timeout", 410: "Gone", 411: "Length Required", 413: "Content Too Large",
        414: "URI Too Long", 415: "Unsupported Media Type", 421: "Misdirected Request", 422: "Unprocessable Content",
        429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
        501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    ]
}

extension AttemptFailureRecord {
    /// The command that the failure is about, in words: `command 3, Call 'charge'`.
    package var commandText: String? {
        guard let index = relatedCommandIndex else { return nil }
        let type = relatedCommandType.flatMap(UInt16.init(exactly:)).map { MessageType(rawValue: $0).shortName }
        let name = relatedCommandName.map { "'\($0)'" }
        let facts = [type, name].compactMap { $0 }.joined(separator: " ")
        return "command \(index)" + (facts.isEmpty ? "" : ", \(facts)")
    }
}
