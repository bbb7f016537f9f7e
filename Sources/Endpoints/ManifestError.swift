import DurableModel

/// Why a manifest is refused. All of it is the doing of the service's author; nothing was registered.
package enum ManifestError: Error, Hashable, Sendable {
    case tooLarge(bytesMax: Int)
    case tooDeep(depthMax: Int)
    case notJSON
    /// A field that is missing or has no value of its kind; `path` is like `services[0].handlers[2].name`.
    case badField(path: String, problem: String)
    case protocolModeMissing
    case emptyVersionRange(low: Int, high: Int)

    case reservedServiceName(String)
    case badHandlerType(service: String, handler: String, serviceType: String, handlerType: String)
    case badInputContentType(service: String, handler: String, contentType: String)
    case badOutputContentType(service: String, handler: String)
    case workflowRetentionOutsideWorkflow(service: String, handler: String)
    case idempotencyRetentionOnWorkflow(service: String, handler: String)
    case publicHandlerInPrivateService(service: String, handler: String)
    case badSchema(service: String, handler: String, direction: String, problem: String)

    /// The error code of the protocol, if it has one (errors.md).
    package var code: String? {
        switch self {
        case .protocolModeMissing, .emptyVersionRange: "META0013"
        case .reservedServiceName: "META0005"
        case .tooLarge, .tooDeep, .notJSON, .badField, .badHandlerType, .badInputContentType, .badOutputContentType,
            .workflowRetentionOutsideWorkflow, .idempotencyRetentionOnWorkflow, .publicHandlerInPrivateService,
            .badSchema:
            nil
        }
    }

    /// The status of the admin API: 500 for what cannot be read, 400 for what must not be registered.
    package var httpStatus: Int {
        switch self {
        case .tooLarge, .tooDeep, .notJSON, .badField, .protocolModeMissing, .emptyVersionRange: 500
        case .reservedServiceName, .badHandlerType, .badInputContentType, .badOutputContentType,
            .workflowRetentionOutsideWorkflow, .idempotencyRetentionOnWorkflow, .publicHandlerInPrivateService,
            .badSchema:
            400
        }
    }

    /// What is wrong and what to do, for the operator.
    package var message: String {
        switch self {
        case .tooLarge(let max): "the manifest is larger than \(max) bytes; register fewer services at one endpoint"
        case .tooDeep(let max): "the manifest nests deeper than \(max) levels; simplify the JSON schemas in it"
        case .notJSON: "the answer is not JSON; check that the address is that of an SDK's endpoint"
        case .badField(let path, let problem):
            "the manifest cannot be used: \(path) \(problem); check the SDK's version and the names in the service"
        case .protocolModeMissing: "the manifest has no protocolMode; check the SDK's version"
        case .emptyVersionRange(let low, let high):
            "the manifest's lowest protocol version \(low) is above its highest \(high); check the SDK's version"
        case .reservedServiceName(let name):
            "the service name '\(name)' is reserved: names may not begin with 'restate' or be 'openapi'; rename it"
        case .badHandlerType(let service, let handler, let serviceType, let handlerType):
            "the handler \(service)/\(handler) is of type \(handlerType), which a service of type \(serviceType) "
                + "cannot have; change one of them"
        case .badInputContentType(let service, let handler, let contentType):
            "the handler \(service)/\(handler) takes the content type '\(contentType)', which is not of the form "
                + "type/subtype, type/* or */*; correct it"
        case .badOutputContentType(let service, let handler):
            "the content type of the output of the handler \(service)/\(handler) holds characters that no header may "
                + "hold; correct it"
        case .workflowRetentionOutsideWorkflow(let service, let handler):
            "the handler \(service)/\(handler) sets workflowCompletionRetention and is no WORKFLOW handler; remove it"
        case .idempotencyRetentionOnWorkflow(let service, let handler):
            "the handler \(service)/\(handler) sets idempotencyRetention and is a WORKFLOW handler; set "
                + "workflowCompletionRetention instead"
        case .publicHandlerInPrivateService(let service, let handler):
            "the service \(service) is private and its handler \(handler) explicitly public; make the service public "
                + "and hide the other handlers"
        case .badSchema(let service, let handler, let direction, let problem):
            "the JSON schema of the \(direction) of \(service)/\(handler) is invalid: \(problem); correct it"
        }
    }
}
