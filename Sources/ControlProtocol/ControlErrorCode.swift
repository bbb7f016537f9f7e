/// Every error a peer of the control protocol can get, in one place: its number, its stable name and what it means.
///
/// The numbers below -32000 are those of JSON-RPC 2.0, -32000 to -32099 are about the connection, and positive ones
/// are refusals of an operation. Numbers and names are never changed or given again.
package enum ControlErrorCode: Int, CaseIterable, Sendable {
    case parseError = -32700
    case invalidRequest = -32600
    case methodNotFound = -32601
    case invalidParameters = -32602
    case internalError = -32603

    case helloExpected = -32001
    case unsupportedProtocolVersion = -32002
    case notPermitted = -32003
    case frameTooLarge = -32004
    case frameTruncated = -32005
    case frameTimeout = -32006
    case tooManyConnections = -32007
    case tooManyRequests = -32008
    case answerTooLarge = -32009
    case stopping = -32010
    case notReady = -32011

    case deploymentNotFound = 1001
    case invalidAddress = 1002
    case discoveryFailed = 1003
    case invalidManifest = 1004
    case breakingChange = 1005
    case deploymentNotDrained = 1006
    case deploymentProtocolChanged = 1007
    case deploymentChanged = 1008
    case invalidHeader = 1009
    case serviceNotFound = 1101
    case serviceSettingRefused = 1102
    case invocationNotFound = 1201
    case invocationCompleted = 1202
    case invocationState = 1203
    case invocationDeployment = 1204
    case invocationJournal = 1205
    case queryRefused = 1301
    case queryTimeout = 1302
    case queryUnavailable = 1303
    case storageFull = 1401
    case stateConflict = 1501
    case stateRefused = 1502
    case stateBusy = 1503

    /// The name that programs may compare and that never changes.
    package var name: String {
        switch self {
        case .parseError: "parse-error"
        case .invalidRequest: "invalid-request"
        case .methodNotFound: "method-not-found"
        case .invalidParameters: "invalid-parameters"
        case .internalError: "internal-error"
        case .helloExpected: "hello-expected"
        case .unsupportedProtocolVersion: "unsupported-protocol-version"
        case .notPermitted: "not-permitted"
        case .frameTooLarge: "frame-too-large"
        case .frameTruncated: "frame-truncated"
        case .frameTimeout: "frame-timeout"
        case .tooManyConnections: "too-many-connections"
        case .tooManyRequests: "too-many-requests"
        case .answerTooLarge: "answer-too-large"
        case .stopping: "stopping"
        case .notReady: "not-ready"
        case .deploymentNotFound: "deployment-not-found"
        case .invalidAddress: "invalid-address"
        case .discoveryFailed: "discovery-failed"
        case .invalidManifest: "invalid-manifest"
        case .breakingChange: "breaking-change"
        case .deploymentNotDrained: "deployment-not-drained"
        case .deploymentProtocolChanged: "deployment-protocol-changed"
        case .deploymentChanged: "deployment-changed"
        case .invalidHeader: "invalid-header"
        case .serviceNotFound: "service-not-found"
        case .serviceSettingRefused: "service-setting-refused"
        case .invocationNotFound: "invocation-not-found"
        case .invocationCompleted: "invocation-completed"
        case .invocationState: "invocation-state"
        case .invocationDeployment: "invocation-deployment"
        case .invocationJournal: "invocation-journal"
        case .queryRefused: "query-refused"
        case .queryTimeout: "query-timeout"
        case .queryUnavailable: "query-unavailable"
        case .storageFull: "storage-full"
        case .stateConflict: "state-conflict"
        case .stateRefused: "state-refused"
        case .stateBusy: "state-busy"
        }
    }

    /// What it means, for the documentation and as the message where there is nothing more exact to say.
    package var sentence: String {
        switch self {
        case .parseError: "The frame does not hold JSON text in UTF-8."
        case .invalidRequest: "The frame holds JSON, but no request of JSON-RPC 2.0."
        case .methodNotFound: "The daemon knows no such method."
        case .invalidParameters: "A parameter is missing, unknown or of the wrong type."
        case .internalError: "The daemon failed; its log says how."
        case .helloExpected: "The first request of a connection must be hello."
        case .unsupportedProtocolVersion: "The daemon no longer speaks the protocol version that was asked for."
        case .notPermitted: "The peer may not do this."
        case .frameTooLarge: "The frame is longer than the daemon accepts."
        case .frameTruncated: "The connection ended inside a frame."
        case .frameTimeout: "A frame took too long to arrive."
        case .tooManyConnections: "The daemon serves as many connections as it may."
        case .tooManyRequests: "The peer has as many requests unanswered as it may."
        case .answerTooLarge: "The answer is longer than a frame may be; ask for less at once."
        case .stopping: "The daemon is stopping."
        case .notReady: "The daemon is still recovering."
        case .deploymentNotFound: "There is no deployment with this id."
        case .invalidAddress: "The address of the deployment is none that can be called."
        case .discoveryFailed: "The deployment could not be asked for its services."
        case .invalidManifest: "The deployment describes its services in a way that cannot be served."
        case .breakingChange: "The new revision would break callers of the one that runs now."
        case .deploymentNotDrained: "The deployment still serves or has unfinished invocations."
        case .deploymentProtocolChanged: "The deployment speaks other protocol versions than before."
        case .deploymentChanged: "The deployment was changed meanwhile."
        case .invalidHeader: "An additional header is none that can be sent."
        case .serviceNotFound: "There is no service with this name."
        case .serviceSettingRefused: "The service does not take this setting."
        case .invocationNotFound: "There is no invocation with this id."
        case .invocationCompleted: "The invocation has completed already."
        case .invocationState: "The invocation is not in a state in which this can be done."
        case .invocationDeployment: "The invocation cannot go on at this deployment."
        case .invocationJournal: "The journal of the invocation does not allow it."
        case .queryRefused: "The query is not one that can be run."
        case .queryTimeout: "The query took longer than it may."
        case .queryUnavailable: "Queries cannot be answered at the moment."
        case .storageFull: "The disk is full; new work is refused until there is room."
        case .stateConflict: "The state has another version than it was to have."
        case .stateRefused: "The state is not one that can be kept or shown."
        case .stateBusy: "As many changes of the state as may wait for its key do already."
        }
    }
}
