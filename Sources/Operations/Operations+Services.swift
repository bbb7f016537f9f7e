import DurableModel
import Registry
import Runtime

extension Operations {
    /// The latest revision of every service, by name.
    package func services() -> [RoutedRevision] {
        runtime.catalog.services.map(\.latest).sorted { $0.service.name < $1.service.name }
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
