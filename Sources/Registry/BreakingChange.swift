import DurableModel

/// What a new version takes away from those who rely on the latest revision of a service.
package enum BreakingChange: Sendable, Equatable {
    /// The deployment that is replaced has it, and its new version has not. Only an overwrite brings this about.
    case serviceRemoved(String)
    case serviceTypeChanged(String, from: ServiceType, to: ServiceType)
    /// Sorted.
    case handlersRemoved(String, [String])
    /// Exclusive became shared, for instance; told only if the service keeps its type.
    case handlerTypeChanged(String, handler: String, from: HandlerType, to: HandlerType)
    /// Callers from outside lose it; the whole service if there is no handler.
    case madePrivate(String, handler: String?)
}

extension BreakingChange: CustomStringConvertible {
    /// What happens, as part of a sentence.
    package var description: String {
        switch self {
        case .serviceRemoved(let service): "service '\(service)' is gone"
        case .serviceTypeChanged(let service, let from, let to):
            "service '\(service)' is a \(from.displayName) in its latest revision and would become a \(to.displayName)"
        case .handlersRemoved(let service, let handlers):
            "the latest revision of service '\(service)' has handlers that the new one lacks: "
                + handlers.map { "'\($0)'" }.joined(separator: ", ")
        case .handlerTypeChanged(let service, let handler, let from, let to):
            "handler '\(service)/\(handler)' is \(from.displayName) in its latest revision and would become "
                + to.displayName
        case .madePrivate(let service, nil): "service '\(service)' is public and would become private"
        case .madePrivate(let service, let handler?):
            "handler '\(service)/\(handler)' is public and would become private"
        }
    }
}

/// What an operator should know of a registration that is fine as such.
package enum RegistrationWarning: Sendable, Equatable {
    /// A schema accepts less or promises less than that of the latest revision; `path` is a JSON pointer into it.
    case schema(service: String, handler: String, isInput: Bool, path: String, SchemaChange)
    /// What an operator had set on the latest revision does not hold for the new one, which is private or not.
    case configurationLost(service: String, [ServiceDifference.Aspect], isPrivate: Bool)
}

extension RegistrationWarning: CustomStringConvertible {
    /// A sentence for people.
    package var description: String {
        switch self {
        case .schema(let service, let handler, let isInput, let path, let change):
            "the \(isInput ? "input" : "output") schema of '\(service)/\(handler)' is not compatible with the latest "
                + "revision: \(change.rawValue) at \(path.isEmpty ? "its top" : "'\(path)'")"
        case .configurationLost(let service, let aspects, let isPrivate):
            "settings made on the latest revision of service '\(service)' do not hold for the new one: "
                + aspects.map { aspect in
                    aspect == .visibility ? "visibility (\(isPrivate ? "private" : "public") now)" : aspect.rawValue
                }.joined(separator: ", ")
        }
    }
}

extension ServiceDifference {
    /// What of it breaks those who rely on the latest revision, gravest first.
    package var breaking: [BreakingChange] {
        guard let before else { return [] }
        guard let after else { return [.serviceRemoved(service)] }
        var changes: [BreakingChange] = []
        if before.type != after.type {
            changes.append(.serviceTypeChanged(service, from: before.type, to: after.type))
        }
        if !handlersRemoved.isEmpty { changes.append(.handlersRemoved(service, handlersRemoved)) }
        let wasPrivate = before.options.ingressPrivate ?? false
        let becomesPrivate = !wasPrivate && after.options.ingressPrivate ?? false && edit != .privateByItsCode
        if becomesPrivate { changes.append(.madePrivate(service, handler: nil)) }
        for change in handlersChanged {
            guard let old = before.handler(named: change.handler), let new = after.handler(named: change.handler) else {
                continue
            }
            if before.type == after.type, old.type != new.type {
                changes.append(.handlerTypeChanged(service, handler: old.name, from: old.type, to: new.type))
            }
            let handlerWasPrivate = wasPrivate || old.options.ingressPrivate ?? false
            if !becomesPrivate, !handlerWasPrivate, new.options.ingressPrivate ?? false {
                changes.append(.madePrivate(service, handler: old.name))
            }
        }
        return changes
    }

    /// The settings that an operator made on the version before and that the one to come does not have.
    var configurationLost: RegistrationWarning? {
        guard edit != nil, let after else { return nil }
        let lost = aspects.filter { [.visibility, .timeouts, .retention, .retryPolicy].contains($0) }
        guard !lost.isEmpty else { return nil }
        return .configurationLost(service: service, lost, isPrivate: after.options.ingressPrivate ?? false)
    }
}

extension HandlerType {
    /// The type as it is written in sentences.
    fileprivate var displayName: String {
        switch self {
        case .plain: "plain"
        case .exclusive: "exclusive"
        case .shared: "shared"
        case .workflowRun: "the run of a workflow"
        }
    }
}
