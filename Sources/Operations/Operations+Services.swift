import DurableModel
import Registry
import Runtime

extension Operations {
    /// The latest revisions of the first services by name after that one.
    package func services(after name: String?, limit: Int) -> [RoutedRevision] {
        runtime.catalog.services(after: name, limit: limit).map(\.latest)
    }

    /// The latest revision of one service.
    package func service(_ name: String) throws(OperationError) -> RoutedRevision {
        guard let service = runtime.catalog.service(named: name) else { throw .serviceNotFound(name) }
        return service.latest
    }

    /// Every revision of a service that remains, the latest first.
    package func revisions(of name: String) throws(OperationError) -> [RoutedRevision] {
        guard let service = runtime.catalog.service(named: name) else { throw .serviceNotFound(name) }
        return service.revisions
    }

    /// A handler of the latest revision of a service.
    package func handler(_ name: String, of service: String) throws(OperationError) -> HandlerRoute {
        guard let route = try self.service(service).route(to: name) else {
            throw .handlerNotFound(service: service, handler: name)
        }
        return route
    }
}

extension Operations {
    /// Sets options of the latest revision of a service; they last until the next revision. Comes to the revision as it
    /// is then; a configuration that sets nothing only reads it.
    package func configure(
        _ name: String,
        _ configuration: ServiceConfiguration,
        by actor: OperationActor,
        then: @escaping (Result<RoutedRevision, OperationError>) -> Void
    ) {
        runtime.submit(from: actor.source) {
            .catalog(.configure(name, configuration), actor: actor.name, $0)
        } then: { answer in
            switch answer {
            case .configured(let configured):
                guard let revision = configured.catalog.service(named: name)?.latest else {
                    return then(.failure(.serviceNotFound(name)))
                }
                then(.success(revision))
            case .refused(.registry(.unknownService(let name))): then(.failure(.serviceNotFound(name)))
            default: then(.failure(.refused(answer.refusal)))
            }
        }
    }
}
