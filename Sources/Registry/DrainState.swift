import DurableModel

/// How many invocations are not completed, as the engine counts them in the same transaction as everything else.
/// Completed ones that are kept for their retention are not in any of these counts.
package protocol UnfinishedWork {
    /// Unfinished invocations pinned to the deployment, whatever they are doing.
    func unfinished(pinnedTo deployment: DeploymentID) -> Int
    /// Unfinished invocations of the handler that are not pinned yet: scheduled, in an inbox or waiting for a place.
    func unfinishedUnpinned(service: String, handler: String) -> Int
}

/// A handler by name.
package struct HandlerName: Hashable, Sendable {
    package var service: String
    package var handler: String

    package init(service: String, handler: String) {
        self.service = service
        self.handler = handler
    }

    /// By bytes, as the store compares.
    package static func == (left: Self, right: Self) -> Bool {
        left.service.hasSameBytes(as: right.service) && left.handler.hasSameBytes(as: right.handler)
    }

    package func hash(into hasher: inout Hasher) {
        service.hashBytes(into: &hasher)
        handler.hashBytes(into: &hasher)
    }
}

/// The counts as plain dictionaries; what is not in them is zero.
package struct UnfinishedCounts: UnfinishedWork, Sendable, Equatable {
    package var pinned: [DeploymentID: Int]
    package var unpinned: [HandlerName: Int]

    package init(pinned: [DeploymentID: Int] = [:], unpinned: [HandlerName: Int] = [:]) {
        self.pinned = pinned
        self.unpinned = unpinned
    }

    package func unfinished(pinnedTo deployment: DeploymentID) -> Int { pinned[deployment] ?? 0 }

    package func unfinishedUnpinned(service: String, handler: String) -> Int {
        unpinned[HandlerName(service: service, handler: handler)] ?? 0
    }
}

/// What a deployment is to the work there is.
package enum DrainStatus: String, Sendable, CaseIterable {
    /// New invocations of at least one service go to it.
    case active
    /// It is the latest for no service, but unfinished work is pinned to it or can go nowhere else.
    case draining
    /// Nothing will ever reach it again: safe to remove.
    case drained
}

/// The status of a deployment with all that it follows from.
package struct DrainState: Sendable, Equatable {
    /// Work that is not pinned yet and starts on this deployment as things are: since it is the latest that has the
    /// handler.
    package struct BoundWork: Sendable, Equatable {
        package var handler: HandlerName
        package var count: Int

        package init(handler: HandlerName, count: Int) {
            self.handler = handler
            self.count = count
        }
    }

    /// The services whose latest revision it has, sorted.
    package var serving: [String]
    /// How many unfinished invocations are pinned to it.
    package var pinned: Int
    /// Sorted by service and handler.
    package var bound: [BoundWork]

    package init(serving: [String], pinned: Int, bound: [BoundWork]) {
        self.serving = serving
        self.pinned = pinned
        self.bound = bound
    }

    package var status: DrainStatus {
        if !serving.isEmpty { return .active }
        return pinned == 0 && bound.isEmpty ? .drained : .draining
    }
}

extension DrainState: CustomStringConvertible {
    /// What keeps it from being drained, as part of a sentence.
    package var description: String {
        var reasons: [String] = []
        if !serving.isEmpty {
            reasons.append("it serves new invocations of " + serving.map { "'\($0)'" }.joined(separator: ", "))
        }
        if pinned > 0 { reasons.append("\(pinned) unfinished invocation(s) are pinned to it") }
        for work in bound {
            let isServing = serving.contains { $0.hasSameBytes(as: work.handler.service) }
            reasons.append(
                "\(work.count) accepted invocation(s) of '\(work.handler.service)/\(work.handler.handler)' "
                    + (isServing ? "are to start on it" : "can only start on it")
            )
        }
        return reasons.isEmpty ? "it is drained" : reasons.joined(separator: "; ")
    }
}

extension Catalog {
    /// The drain state of the deployment of that id; `nil` when there is none.
    package func drainState(of id: DeploymentID, work: some UnfinishedWork) -> DrainState? {
        guard let deployment = deployment(id) else { return nil }
        var serving: [String] = []
        var bound: [DrainState.BoundWork] = []
        for entry in deployment.services {
            let name = entry.service.name
            guard let routed = service(named: name) else { continue }
            if routed.latest.deployment == id { serving.append(name) }
            for handler in entry.service.handlers where routed.startRoute(to: handler.name)?.deployment == id {
                let count = work.unfinishedUnpinned(service: name, handler: handler.name)
                guard count > 0 else { continue }
                bound.append(.init(handler: HandlerName(service: name, handler: handler.name), count: count))
            }
        }
        return DrainState(serving: serving, pinned: work.unfinished(pinnedTo: id), bound: bound)
    }
}
