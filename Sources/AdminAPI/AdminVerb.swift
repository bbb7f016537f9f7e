import DurableModel
import Engine

/// What the last segment of an invocation's path, or of a batch's, asks for.
enum AdminVerb: String, CaseIterable {
    case cancel
    case kill
    case pause
    case resume
    case purge
    case purgeJournal = "purge-journal"
    case restartAsNew = "restart-as-new"

    /// The operation.
    ///
    /// - Parameters:
    ///   - from: the journal entry to restart from.
    ///   - deployment: where it is to go on, if that was said.
    func operation(from: Int = 0, deployment: DeploymentChoice?) -> InvocationOperation {
        switch self {
        case .cancel: .cancel
        case .kill: .kill
        case .pause: .pause
        case .resume: .resume(deployment ?? .keep)
        case .purge: .purge
        case .purgeJournal: .purgeJournal
        case .restartAsNew: .restartAsNew(from: from, deployment ?? .latest)
        }
    }

    /// The operation with what a query string says of it. What a verb does not take is not looked at.
    func operation(_ query: AdminQuery) throws(AdminRefusal) -> InvocationOperation {
        switch self {
        case .cancel, .kill, .pause, .purge, .purgeJournal: operation(deployment: nil)
        case .resume: operation(deployment: try query.deployment())
        case .restartAsNew: operation(from: try query.index("from"), deployment: try query.deployment())
        }
    }
}

extension DeploymentChoice {
    /// `keep`, `latest` or an id.
    init(_ text: String) throws(IdentifierError) {
        switch text {
        case "keep": self = .keep
        case "latest": self = .latest
        default: self = .explicit(try DeploymentID(parsing: text))
        }
    }
}
