import HTTP

/// What clients of this API ask for although this release never has any of it.
package enum AbsentKind: Sendable, Equatable {
    case subscriptions
    case kafkaClusters
    case limitRules
}

/// The paths of what this release does not have: lists are empty, single ones are not found, and nothing can be added.
enum AbsentResource: Equatable {
    case subscriptions
    case subscription(String)
    case kafkaClusters
    case kafkaCluster(String)
    case limitRules
    case limitRuleRemoval
    case virtualQueue

    /// `nil` for the paths of something else. `segments` are those behind the version.
    init?(_ segments: ArraySlice<String>) {
        let path = Array(segments)
        switch (path.first, path.count) {
        case ("subscriptions", 1): self = .subscriptions
        case ("subscriptions", 2) where !path[1].isEmpty: self = .subscription(path[1])
        case ("kafka-clusters", 1): self = .kafkaClusters
        case ("kafka-clusters", 2) where !path[1].isEmpty: self = .kafkaCluster(path[1])
        case ("limits", 2) where path[1] == "rules": self = .limitRules
        case ("limits", 3) where path[1] == "rules" && path[2] == "bulk-delete": self = .limitRuleRemoval
        case ("vqueues", 3) where path[2] == "pause" || path[2] == "resume": self = .virtualQueue
        default: return nil
        }
    }

    /// In the order of `allow`.
    var methods: [HTTPMethod] {
        switch self {
        case .subscriptions, .kafkaClusters: [.get, .head, .post]
        case .subscription: [.delete, .get, .head]
        case .kafkaCluster: [.delete, .get, .head, .patch]
        case .limitRules: [.put]
        case .limitRuleRemoval, .virtualQueue: [.post]
        }
    }

    /// The list that is asked for, or what else comes of the request.
    func list(_ method: HTTPMethod, _ head: HTTPHead, _ body: [UInt8]) throws(AdminRefusal) -> AbsentKind {
        switch self {
        case .subscriptions:
            if method == .post { throw try Self.subscription(AdminBody(head, body)) }
            return .subscriptions
        case .subscription(let id):
            try Self.check(subscriptionID: id)
            throw method == .delete ? .noSubscriptionToRemove(id) : .unknownSubscription(id)
        case .kafkaClusters:
            if method == .post { throw .unsupported("Kafka clusters are") }
            return .kafkaClusters
        case .kafkaCluster(let name): throw .unknownKafkaCluster(name)
        case .limitRules, .limitRuleRemoval:
            guard try AdminBody.isEmptyArray(head, body) else { throw .unsupported("limit rules are") }
            return .limitRules
        case .virtualQueue: throw .unsupported("virtual queues are")
        }
    }

    /// Why a subscription is not made: there is no Kafka cluster that it could be to.
    private static func subscription(_ body: AdminBody) throws(AdminRefusal) -> AdminRefusal {
        let source = try body.requiredText("source")
        _ = try body.requiredText("sink")
        let scheme = "kafka://"
        guard source.hasPrefix(scheme) else { return .badSubscriptionSource(source) }
        return .subscriptionToNowhere(cluster: String(source.dropFirst(scheme.count).prefix { $0 != "/" }))
    }

    private static let subscriptionDigits = 22

    private static func check(subscriptionID text: String) throws(AdminRefusal) {
        let digits = text.dropFirst("sub_1".count)
        guard text.hasPrefix("sub_1") else { throw .badPath(name: "subscription", text, .badFormat(text)) }
        guard digits.utf8.count == subscriptionDigits, digits.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        else { throw .badPath(name: "subscription", text, .badDigits(text)) }
    }
}
