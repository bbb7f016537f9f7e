/// The facts of a record. This is the one list of names: the journal gets `PERDURE_…`, a plain line the rest of the name in small letters.
///
/// Never a payload, a key's value of the state or a secret: who reads the journal is not who may read the data.
package enum LogField: Equatable, Sendable {
    /// An invocation's id (`inv_1…`).
    case invocation(String)
    /// A deployment's id (`dp_1…`).
    case deployment(String)
    /// The name of a service.
    case service(String)
    /// The revision of a service.
    case revision(Int64)
    /// The name of a handler.
    case handler(String)
    /// The key of a virtual object.
    case key(String)
    /// The number of an attempt, from 1.
    case attempt(Int64)
    /// What went wrong, as a sentence.
    case error(String)
    /// A stable code of what went wrong (`RT0012`, `ENOSPC`).
    case errorCode(String)
    /// A command of a journal: its index, type and name.
    case entry(String)
    /// An address of ours or of a deployment.
    case address(String)
    /// Who is at the other end: an address, or uid and pid.
    case peer(String)
    /// The public key of the daemon (`publickeyv1_…`).
    case requestIdentity(String)
    /// A key of the configuration (`ingress-address`).
    case configurationKey(String)
    /// A file or directory.
    case path(String)
    /// A method of the control protocol or an operation of the admin interface.
    case operation(String)
    /// A program's version.
    case version(String)
    /// The name of a signal (`SIGTERM`).
    case signal(String)
    /// How many there were.
    case count(Int64)
    /// How many bytes there were.
    case bytes(Int64)
    /// How long it took, in milliseconds.
    case durationMilliseconds(Int64)
    /// In how many milliseconds it is tried again.
    case retryMilliseconds(Int64)

    /// The field's name in the journal.
    package var journalName: StaticString {
        switch self {
        case .invocation: "PERDURE_INVOCATION"
        case .deployment: "PERDURE_DEPLOYMENT"
        case .service: "PERDURE_SERVICE"
        case .revision: "PERDURE_REVISION"
        case .handler: "PERDURE_HANDLER"
        case .key: "PERDURE_KEY"
        case .attempt: "PERDURE_ATTEMPT"
        case .error: "PERDURE_ERROR"
        case .errorCode: "PERDURE_ERROR_CODE"
        case .entry: "PERDURE_ENTRY"
        case .address: "PERDURE_ADDRESS"
        case .peer: "PERDURE_PEER"
        case .requestIdentity: "PERDURE_REQUEST_IDENTITY"
        case .configurationKey: "PERDURE_CONFIGURATION_KEY"
        case .path: "PERDURE_PATH"
        case .operation: "PERDURE_OPERATION"
        case .version: "PERDURE_VERSION"
        case .signal: "PERDURE_SIGNAL"
        case .count: "PERDURE_COUNT"
        case .bytes: "PERDURE_BYTES"
        case .durationMilliseconds: "PERDURE_DURATION_MS"
        case .retryMilliseconds: "PERDURE_RETRY_MS"
        }
    }

    /// The field's name in a plain line: the journal's without its prefix, in small letters.
    package var plainName: String {
        String(decoding: journalName.description.utf8.dropFirst("PERDURE_".utf8.count), as: UTF8.self).lowercased()
    }

    /// The value as text.
    package var value: String {
        switch self {
        case .invocation(let text), .deployment(let text), .service(let text), .handler(let text), .key(let text),
            .error(let text), .errorCode(let text), .entry(let text), .address(let text), .peer(let text),
            .requestIdentity(let text), .configurationKey(let text), .path(let text), .operation(let text),
            .version(let text), .signal(let text):
            text
        case .revision(let number), .attempt(let number), .count(let number), .bytes(let number),
            .durationMilliseconds(let number), .retryMilliseconds(let number):
            String(number)
        }
    }
}
