import DurableModel

/// Why an operation on an invocation was not done. Nothing has changed then.
package enum OperationRefusal: Error, Sendable, Hashable {
    /// There is none of that id, or it has outlived its retention.
    case notFound
    /// Cancel and kill: it is over.
    case completed
    /// Pause: it has not begun, or is over.
    case notRunning
    /// Resume and restart: it is queued or scheduled.
    case notStarted
    /// Resume: it is over.
    case isCompleted
    /// The purges: it is not over yet.
    case notCompleted
    /// Restart: it is not over yet.
    case stillRunning
    /// Resume elsewhere: an attempt is under way or due, or there is no pin to move.
    case runningOrUnpinned
    /// Resume and restart: there is no such deployment, or for `latest` none that has the handler.
    case deploymentUnknown(DeploymentID?)
    /// The deployment does not speak the version that the journal was written in.
    case protocolVersion(pinned: Int, deployment: DeploymentID, offered: ClosedRange<Int>)
    /// The deployment lacks the handler.
    case handlerMissing(DeploymentID, Target)
    /// Restart: the journal, and the input with it, is gone.
    case inputGone
    /// Restart: a workflow runs once per key.
    case workflow
    /// Restart from an index: the journal is of a protocol version that cannot be taken over in part.
    case prefixUnsupported(protocolVersion: Int)
    /// Restart from an index: there is no such entry, or a command up to it has no completion.
    case prefixOpen
    /// Restart: input and entries are more than one turn may copy.
    case tooLarge(bytes: Int, bytesMax: Int)
}

extension OperationRefusal {
    /// What happened, to what, why, and what to do about it. The wording of the ones that clients know is theirs.
    package func sentence(_ operation: InvocationOperation, of id: InvocationID) -> String {
        switch self {
        case .notFound: "The requested invocation '\(id)' does not exist"
        case .completed: "The invocation '\(id)' was already completed."
        case .notRunning: "The invocation '\(id)' is not running, cannot be paused."
        case .notStarted:
            if case .restartAsNew = operation {
                "The invocation '\(id)' cannot be restarted because it's not running yet."
            } else {
                "The invocation '\(id)' is either inboxed or scheduled, cannot be resumed."
            }
        case .isCompleted: "The invocation '\(id)' is completed, cannot be resumed."
        case .notCompleted: "The invocation '\(id)' is not yet completed."
        case .stillRunning: "The invocation '\(id)' is still running."
        case .runningOrUnpinned:
            "The invocation '\(id)' is still running or the deployment id is not pinned yet, "
                + "deployment id cannot be changed."
        case .deploymentUnknown:
            "The given deployment was not found when trying to \(Self.infinitive(operation)) the invocation '\(id)'."
        case .protocolVersion(let pinned, let deployment, let offered):
            "The invocation '\(id)' is running on protocol version '\(pinned)', while the chosen deployment "
                + "'\(deployment)' supports the range \(offered.lowerBound)..=\(offered.upperBound)."
        case .handlerMissing(let deployment, let target):
            "The invocation '\(id)' needs the handler '\(target.handler)' of '\(target.service)', which the chosen "
                + "deployment '\(deployment)' does not have; choose one that does."
        case .inputGone:
            "The invocation '\(id)' cannot be restarted because the input is not available. "
                + "This indicates that the journal was already purged, or not retained at all."
        case .workflow:
            "Restarting the invocation '\(id)' is not supported. Restarting workflows is not supported, "
                + "and restarting invocations created using the old service protocol."
        case .prefixUnsupported(let version):
            "Restarting the invocation '\(id)' from a later entry is not supported: its journal is of service protocol "
                + "version \(version), which is older than \(Self.prefixProtocolVersionMin)."
        case .prefixOpen:
            "The prefix of the journal '\(id)' up to 'from' (included) contains some Commands "
                + "without respective Completions."
        case .tooLarge(let bytes, let bytesMax):
            "The invocation '\(id)' cannot be restarted: \(bytes) bytes would have to be copied, and at most "
                + "\(bytesMax) can be. Restart it from an earlier entry or call the handler anew."
        }
    }

    /// The oldest protocol version whose journals can be taken over in part.
    package static let prefixProtocolVersionMin = 6

    /// The status over HTTP.
    package var httpStatus: Int {
        switch self {
        case .deploymentUnknown, .protocolVersion, .handlerMissing, .prefixOpen: 400
        case .notFound: 404
        case .completed, .notRunning, .isCompleted, .notCompleted, .stillRunning, .runningOrUnpinned: 409
        case .inputGone: 410
        case .workflow, .prefixUnsupported, .tooLarge: 422
        case .notStarted: 425
        }
    }

    private static func infinitive(_ operation: InvocationOperation) -> String {
        switch operation {
        case .restartAsNew: "restart as new"
        case .resume, .cancel, .kill, .pause, .purge, .purgeJournal: operation.name
        }
    }
}
