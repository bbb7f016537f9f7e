import DurableModel

/// Why the catalog refuses what an operator asks of it. Nothing has changed when one of these is thrown.
package enum RegistryError: Error, Equatable, Sendable {
    /// No deployment has that id.
    case unknownDeployment(DeploymentID)
    /// The name is kept for the server's own paths (META0005).
    case reservedServiceName(String)
    /// The latest revision of the service is of another type, and neither `breaking` nor `force` was said (META0006).
    case serviceTypeChanged(service: String, from: ServiceType, to: ServiceType)
    /// The latest revision has handlers that the new one lacks, and neither `breaking` nor `force` was said.
    case handlersRemoved(service: String, handlers: [String])
    /// The new version breaks those who rely on the latest revision in another way, and neither `breaking` nor `force`
    /// was said.
    case breaking([BreakingChange])
    /// An update in place would change the versions of the service protocol (META0016).
    case protocolRangeChanged(DeploymentID, stored: ClosedRange<Int>, offered: ClosedRange<Int>)
    /// The deployment was changed while its endpoint was asked for the sake of another change.
    case changedMeanwhile(DeploymentID)
    /// No deployment has that service.
    case unknownService(String)
    /// Only workflows keep their completions that way.
    case retentionUnsupported(ServiceType)
    /// No version of the service protocol that both sides know (META0012).
    case unsupportedProtocolVersions(offered: ClosedRange<Int>, supported: ClosedRange<Int>)
    /// The deployment still serves or has unfinished work, and `force` was not said.
    case notDrained(DeploymentID, DrainState)
    /// Rows of the catalog that contradict each other: a damaged database, found when it is read.
    case inconsistentRows(String)
}

extension RegistryError {
    /// The documented code that clients look for in `restate_code` (errors.md), if the refusal has one.
    package var code: String? {
        switch self {
        case .reservedServiceName: "META0005"
        case .serviceTypeChanged: "META0006"
        case .unsupportedProtocolVersions: "META0012"
        case .protocolRangeChanged: "META0016"
        case .unknownDeployment, .handlersRemoved, .breaking, .changedMeanwhile, .unknownService, .retentionUnsupported,
            .notDrained,
            .inconsistentRows:
            nil
        }
    }

    /// The status that the admin HTTP face answers with (registry.md, section 7).
    package var httpStatus: Int {
        switch self {
        case .unknownDeployment, .unknownService: 404
        case .reservedServiceName, .protocolRangeChanged, .retentionUnsupported: 400
        case .serviceTypeChanged, .handlersRemoved, .breaking, .notDrained, .changedMeanwhile: 409
        case .unsupportedProtocolVersions, .inconsistentRows: 500
        }
    }
}

extension RegistryError: CustomStringConvertible {
    /// One sentence for people: what was refused, why, and what to do; without the code.
    package var description: String {
        switch self {
        case .unknownDeployment(let id):
            "The requested deployment '\(id)' does not exist"
        case .reservedServiceName(let name):
            "cannot register service '\(name)', as its name is reserved: rename the service"
        case .serviceTypeChanged(let service, let from, let to):
            "service '\(service)' is a \(from.displayName) in its latest revision and would become a "
                + "\(to.displayName): rename it, or register with 'breaking' or 'force' if nothing relies on it"
        case .handlersRemoved(let service, let handlers):
            "the latest revision of service '\(service)' has handlers that the new one lacks: "
                + handlers.map { "'\($0)'" }.joined(separator: ", ")
                + ". Keep them, or register with 'breaking' or 'force' if nothing calls them"
        case .breaking(let changes):
            changes.map(\.description).joined(separator: "; ")
                + ". Keep them as they are, or register with 'breaking' or 'force' if nothing relies on it"
        case .protocolRangeChanged(_, let stored, let offered):
            "an update deployment operation must provide an endpoint with the same services and handlers. The update "
                + "tried to change the supported protocol versions from \(stored.lowerBound)..=\(stored.upperBound) to "
                + "\(offered.lowerBound)..=\(offered.upperBound)"
        case .changedMeanwhile(let id):
            "deployment '\(id)' was changed while its endpoint was asked for this change; look at it and repeat the change"
        case .unknownService(let name):
            "The requested service '\(name)' does not exist"
        case .retentionUnsupported(let type):
            "modifying retention time for service type \(type.apiName) is unsupported"
        case .unsupportedProtocolVersions(let offered, let supported):
            "the service speaks service protocol versions \(offered.lowerBound) to \(offered.upperBound), this server "
                + "\(supported.lowerBound) to \(supported.upperBound): use an SDK that speaks one of these"
        case .notDrained(let id, let state):
            "deployment '\(id)' is not drained: \(state). Wait until it is, or use 'force'"
        case .inconsistentRows(let reason):
            "the stored catalog of deployments is damaged: \(reason)"
        }
    }
}

extension ServiceType {
    /// The type as it is written in sentences.
    var displayName: String {
        switch self {
        case .service: "service"
        case .virtualObject: "virtual object"
        case .workflow: "workflow"
        }
    }

    /// The type as clients of the admin API know it.
    var apiName: String {
        switch self {
        case .service: "Service"
        case .virtualObject: "VirtualObject"
        case .workflow: "Workflow"
        }
    }
}
