/// Does one operation to many invocations, step by step, so that other work goes on beside: to those named, or to all
/// that a filter matches. While it is under way the daemon sends `invocations.progress` with `BatchProgress`.
package enum OperateInvocations: ControlOperation {
    package static let method = ControlMethod.invocationsBatch

    /// The most ids in one request.
    package static let idsMax = 1_000
    /// The most refusals and restarts that a result lists; the counts go on.
    package static let listedMax = 10_000

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable {
            case operation, ids, filter, deployment, from, dryRun, cursor
        }

        package var operation: OperationName
        /// Those meant, at most `idsMax`. Either these or a filter.
        package var ids: [String]
        /// All that it matches.
        package var filter: InvocationSelection?
        /// As for one.
        package var deployment: String?
        /// As for one.
        package var from: Int
        /// Only count what it would be tried on. Default: false.
        package var dryRun: Bool
        /// Where an operation that was broken off goes on: from its last progress.
        package var cursor: String?

        /// This operation on nothing yet.
        package init(operation: OperationName, deployment: String? = nil, from: Int = 0) {
            self.operation = operation
            self.ids = []
            self.deployment = deployment
            self.from = from
            self.dryRun = false
        }

        /// Decodes with the defaults above; it must be said which are meant, in one way.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            operation = try container.decode(OperationName.self, forKey: .operation)
            let named = try container.decodeIfPresent([String].self, forKey: .ids)
            filter = try container.decodeIfPresent(InvocationSelection.self, forKey: .filter)
            guard (named == nil) == (filter != nil) else {
                throw MemberFault(detail: "either \"ids\" or \"filter\" must be given")
            }
            ids = named ?? []
            if named == [] { throw MemberFault(detail: "\"ids\" is empty: it must name those that are meant") }
            deployment = try container.decodeIfPresent(String.self, forKey: .deployment)
            from = try container.decodeIfPresent(Int.self, forKey: .from) ?? 0
            dryRun = try container.decodeIfPresent(Bool.self, forKey: .dryRun) ?? false
            cursor = try container.decodeIfPresent(String.self, forKey: .cursor)
            guard ids.count <= OperateInvocations.idsMax else {
                throw MemberFault(detail: "\"ids\" may name at most \(OperateInvocations.idsMax)")
            }
        }

        /// Encodes either the ids or the filter, as only one of them may be there.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(operation, forKey: .operation)
            if filter == nil || !ids.isEmpty { try container.encode(ids, forKey: .ids) }
            try container.encodeIfPresent(filter, forKey: .filter)
            try container.encodeIfPresent(deployment, forKey: .deployment)
            try container.encode(from, forKey: .from)
            try container.encode(dryRun, forKey: .dryRun)
            try container.encodeIfPresent(cursor, forKey: .cursor)
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package struct Result: Codable, Hashable, Sendable {
        /// How many it was tried on; in a dry run, would be.
        package var matched: Int
        package var succeeded: Int
        package var refused: Int
        /// The refusals, at most `listedMax`.
        package var refusals: [Refusal]
        /// What was made of which, by `restart-as-new`; at most `listedMax`.
        package var restarted: [Restart]
        package var isDryRun: Bool

        /// Nothing tried yet.
        package init(isDryRun: Bool) {
            self.matched = 0
            self.succeeded = 0
            self.refused = 0
            self.refusals = []
            self.restarted = []
            self.isDryRun = isDryRun
        }
    }

    /// An invocation that it was not done to.
    package struct Refusal: Codable, Hashable, Sendable {
        package var id: String
        package var error: ControlError

        /// This refusal.
        package init(id: String, error: ControlError) {
            self.id = id
            self.error = error
        }
    }

    /// An invocation that was made of another one.
    package struct Restart: Codable, Hashable, Sendable {
        package var id: String
        package var newId: String

        /// What was made of this one.
        package init(id: String, newId: String) {
            self.id = id
            self.newId = newId
        }
    }
}

/// Which invocations are meant. A part without values matches all, and is left out of the request; the values within a part are alternatives.
package struct InvocationSelection: Codable, Hashable, Sendable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case services, handlers, keys, deploymentIds, statuses, isZombie
    }

    package var services: [String] = []
    package var handlers: [String] = []
    package var keys: [String] = []
    /// Where they are pinned.
    package var deploymentIds: [String] = []
    /// None for those that the operation is made for.
    package var statuses: [InvocationStatus] = []
    /// Only those whose deployment is gone: where they are pinned, or that alone had the handler they are to start.
    package var isZombie = false

    /// All.
    package init() {}

    /// Decodes; a part that is absent matches all. One that is there and empty is refused: whoever put a list together
    /// and found nothing for it does not mean all.
    package init(from decoder: any Decoder) throws {
        try MemberFault.check(decoder, CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        services = try Self.alternatives(container, .services)
        handlers = try Self.alternatives(container, .handlers)
        keys = try Self.alternatives(container, .keys)
        deploymentIds = try Self.alternatives(container, .deploymentIds)
        statuses = try Self.alternatives(container, .statuses)
        isZombie = try container.decodeIfPresent(Bool.self, forKey: .isZombie) ?? false
    }

    private static func alternatives<Value: Decodable>(
        _ container: KeyedDecodingContainer<CodingKeys>,
        _ key: CodingKeys
    ) throws -> [Value] {
        guard container.contains(key) else { return [] }
        let values = try container.decode([Value].self, forKey: key)
        guard !values.isEmpty else {
            throw MemberFault(detail: "\"filter.\(key.rawValue)\" is empty: it must be left out to match all")
        }
        return values
    }

    /// Encodes the parts that do not match all.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if !services.isEmpty { try container.encode(services, forKey: .services) }
        if !handlers.isEmpty { try container.encode(handlers, forKey: .handlers) }
        if !keys.isEmpty { try container.encode(keys, forKey: .keys) }
        if !deploymentIds.isEmpty { try container.encode(deploymentIds, forKey: .deploymentIds) }
        if !statuses.isEmpty { try container.encode(statuses, forKey: .statuses) }
        try container.encode(isZombie, forKey: .isZombie)
    }
}

/// The parameters of the notification `invocations.progress`.
package struct BatchProgress: Codable, Hashable, Sendable {
    /// The name of the notification.
    package static let method = "invocations.progress"

    package var matched: Int
    package var succeeded: Int
    package var refused: Int
    /// Where the operation goes on should it be broken off now; absent at the end.
    package var cursor: String?

    /// So far.
    package init(matched: Int, succeeded: Int, refused: Int, cursor: String?) {
        self.matched = matched
        self.succeeded = succeeded
        self.refused = refused
        self.cursor = cursor
    }
}
