import DurableModel
import Engine
import Registry

/// What a registration asks for, whatever face it came from.
package struct DeploymentRegistration: Sendable {
    /// The address as the operator wrote it.
    package var uri: String
    package var useHTTP11: Bool
    package var options: RegisterOptions
    package var additionalHeaders: [String: String]
    package var metadata: [String: String]

    package init(
        uri: String,
        useHTTP11: Bool = false,
        options: RegisterOptions = RegisterOptions(),
        additionalHeaders: [String: String] = [:],
        metadata: [String: String] = [:]
    ) {
        self.uri = uri
        self.useHTTP11 = useHTTP11
        self.options = options
        self.additionalHeaders = additionalHeaders
        self.metadata = metadata
    }
}

/// A change of a deployment in place. What is `nil` stays as it is.
package struct DeploymentChange: Sendable, Equatable {
    /// The address as the operator wrote it.
    package var uri: String?
    package var additionalHeaders: [String: String]?
    package var metadata: [String: String]?
    /// `nil` is no with a new address, and as before without one. Counts only if something else is asked for.
    package var useHTTP11: Bool?
    /// Take over the services that are found, too.
    package var overwrite: Bool
    /// Check and answer, but change nothing.
    package var dryRun: Bool
    /// Ask the endpoint although neither address nor headers are given, which otherwise asks for nothing.
    package var asksAgain: Bool

    package init(
        uri: String? = nil,
        additionalHeaders: [String: String]? = nil,
        metadata: [String: String]? = nil,
        useHTTP11: Bool? = nil,
        overwrite: Bool = false,
        dryRun: Bool = false,
        asksAgain: Bool = false
    ) {
        self.uri = uri
        self.additionalHeaders = additionalHeaders
        self.metadata = metadata
        self.useHTTP11 = useHTTP11
        self.overwrite = overwrite
        self.dryRun = dryRun
        self.asksAgain = asksAgain
    }

    /// Whether the endpoint has to be asked what it serves.
    var needsDiscovery: Bool { uri != nil || additionalHeaders != nil || asksAgain }
}

/// A deployment with what the work there is makes of it.
package struct DeploymentView: Sendable {
    package var deployment: Deployment
    package var drain: DrainState
}

/// Unfinished work of one handler in one state that a deployment is needed for.
package struct WorkCount: Sendable, Equatable {
    package var service: String
    package var handler: String
    package var status: InvocationStatus
    package var count: Int
    /// Pinned to the deployment; else not begun, and able to start on it alone.
    package var isPinned: Bool
}

/// How far a deployment is from being drained.
package struct DrainProgress: Sendable, Equatable {
    package var status: DrainStatus
    /// The services that it is the latest of, sorted: while there are any it cannot drain.
    package var serving: [String]
    /// Unfinished invocations that need it: the sum of `work`.
    package var total: Int
    /// Sorted by service, handler and state.
    package var work: [WorkCount]
}

/// An invocation that keeps a deployment from being drained.
package struct BlockingInvocation: Sendable, Equatable {
    package var id: String
    package var target: String
    /// As `sys_invocation.status` has it.
    package var status: String
    /// RFC 3339.
    package var createdAt: String
    /// For people; `nil` while it runs.
    package var waitsFor: String?
}

/// An act on a deployment, from the trail that is kept of them.
package struct HistoryEntry: Sendable, Equatable {
    /// A service of the deployment, with its revision before and after the act.
    package struct ServiceRevisions: Sendable, Equatable {
        package var service: String
        package var before: Int?
        package var after: Int?
    }

    /// RFC 3339.
    package var at: String
    /// `registered`, `overwritten`, `updated`, `configured` or `removed`.
    package var act: String
    package var isForced: Bool
    /// For instance `uid 1000` or `http 127.0.0.1:50312`.
    package var actor: String
    package var addressBefore: String?
    package var addressAfter: String?
    /// JSON objects of what else an act may change: `http_version`, `headers`, `metadata`, `sdk_version`,
    /// `protocol_versions`, `services`. Of header values only a digest is kept.
    package var detailsBefore: String?
    package var detailsAfter: String?
    /// Sorted by service.
    package var services: [ServiceRevisions]
}
