import DurableModel
import Registry

/// The description of how a service is called over HTTP: what of it can be called from outside, by the paths of the
/// ingress, with the JSON schemas that its SDK sent.
struct ServiceOpenAPI {
    let service: Service
    let revision: Int
    /// Those that callers from outside may call.
    let handlers: [Handler]
    let ingressEndpoint: String?

    init(of latest: RoutedRevision, ingressEndpoint: String?) {
        service = latest.service
        revision = latest.revision
        handlers = latest.service.handlers.filter { latest.route(to: $0.name)?.isPublic == true }
        self.ingressEndpoint = ingressEndpoint
    }

}

/// What can be done with a handler over HTTP.
enum HandlerAccess: CaseIterable {
    case call
    case send
    case attach
    case output

    var tag: String? {
        switch self {
        case .call: nil
        case .send: "Send"
        case .attach: "Attach"
        case .output: "Get Output"
        }
    }

    /// Behind the handler's name in the id of the operation.
    var suffix: String {
        switch self {
        case .call: ""
        case .send: "Send"
        case .attach: "Attach"
        case .output: "Output"
        }
    }

    /// Whether it is for the handler: what is no workflow is found again by its idempotency key, a workflow by its run.
    func exists(for handler: Handler, of service: Service) -> Bool {
        switch self {
        case .call, .send: true
        case .attach, .output: service.type != .workflow || handler.type == .workflowRun
        }
    }

    func path(of handler: Handler, of service: Service) -> String {
        let key = service.type.isKeyed ? "/{key}" : ""
        let last = self == .attach ? "attach" : "output"
        return switch self {
        case .call: "/restate/call/\(service.name)\(key)/\(handler.name)"
        case .send: "/restate/send/\(service.name)\(key)/\(handler.name)"
        case .attach, .output:
            service.type == .workflow
                ? "/restate/workflow/\(service.name)/{key}/\(last)"
                : "/restate/invocation/\(service.name)\(key)/\(handler.name)/{idempotencyKey}/\(last)"
        }
    }
}

extension JSONWriter {
    mutating func write(_ document: ServiceOpenAPI) {
        beginObject()
        member("openapi", "3.1.0")
        name("info")
        beginObject()
        member("title", document.service.name)
        member("version", "\(document.revision)")
        optionalMember("description", document.service.documentation)
        writeExtensions(document.service.metadata)
        endObject()
        if let endpoint = document.ingressEndpoint {
            name("servers")
            beginArray()
            beginObject()
            member("url", endpoint)
            member("description", "Restate Ingress URL")
            endObject()
            endArray()
        }
        writeTags()
        name("paths")
        beginObject()
        for access in HandlerAccess.allCases {
            for handler in document.handlers where access.exists(for: handler, of: document.service) {
                write(access, to: handler, of: document.service)
            }
        }
        endObject()
        writeComponents(of: document)
        endObject()
    }

    private mutating func writeTags() {
        name("tags")
        beginArray()
        for (name, description) in [
            ("Request Response", "Call a handler and wait for its result"),
            ("Send", "Hand work to a handler without waiting for it"),
            ("Attach", "Wait for the result of work that was handed over"),
            ("Get Output", "Ask for the result of work that was handed over"),
        ] {
            beginObject()
            member("name", name)
            member("description", description)
            endObject()
        }
        endArray()
    }

    private mutating func write(_ access: HandlerAccess, to handler: Handler, of service: Service) {
        name(access.path(of: handler, of: service))
        beginObject()
        name(access == .call || access == .send ? "post" : "get")
        beginObject()
        member("operationId", handler.name + access.suffix)
        member("summary", handler.name)
        member("description", access.description(of: handler, of: service))
        if access == .attach || access == .output { member("deprecated", true) }
        if let tag = access.tag {
            name("tags")
            beginArray()
            string(tag)
            endArray()
        }
        writeParameters(of: access, service)
        if access == .call || access == .send { writeRequestBody(of: handler) }
        writeResponses(of: access, handler)
        writeExtensions(handler.metadata)
        endObject()
        endObject()
    }

    private mutating func writeParameters(of access: HandlerAccess, _ service: Service) {
        var names: [String] = []
        if service.type.isKeyed { names.append("key") }
        let isWorkflow = service.type == .workflow
        switch access {
        case .call, .send:
            // A workflow is idempotent by its key already.
            if !isWorkflow { names.append("idempotencyKeyHeader") }
            if access == .send { names.append("delay") }
        case .attach, .output:
            if !isWorkflow { names.append("idempotencyKeyPath") }
        }
        name("parameters")
        beginArray()
        for name in names { writeReference("parameters", name) }
        endArray()
    }

    private mutating func writeRequestBody(of handler: Handler) {
        guard let contentType = handler.input.contentType else { return }
        name("requestBody")
        beginObject()
        member("required", !handler.input.allowsNothing)
        writeContent(contentType.text, schema: handler.input.jsonSchema.map { _ in handler.requestSchemaName })
        endObject()
    }

    private mutating func writeResponses(of access: HandlerAccess, _ handler: Handler) {
        name("responses")
        beginObject()
        if access == .send {
            for status in ["200", "202"] {
                name(status)
                writeReference("responses", "Send")
            }
        } else {
            name("200")
            beginObject()
            if let contentType = handler.output.contentType {
                member("description", "")
                writeContent(contentType, schema: handler.output.jsonSchema.map { _ in handler.responseSchemaName })
            } else {
                member("description", "Empty")
            }
            endObject()
        }
        if access == .attach || access == .output {
            name("404")
            writeReference("responses", "InvocationNotFoundError")
        }
        if access == .output {
            name("470")
            writeReference("responses", "InvocationNotReadyError")
        }
        name("default")
        writeReference("responses", "GenericError")
        endObject()
    }

    private mutating func writeContent(_ contentType: String, schema: String?) {
        name("content")
        beginObject()
        name(contentType)
        beginObject()
        if let schema {
            name("schema")
            writeReference("schemas", schema)
        }
        endObject()
        endObject()
    }

    mutating func writeReference(_ kind: String, _ name: String) {
        beginObject()
        member("$ref", "#/components/\(kind)/\(name)")
        endObject()
    }

    private mutating func writeExtensions(_ metadata: [String: String]) {
        if !metadata.isEmpty { member("x-restate-extensions", metadata) }
    }
}

extension Handler {
    fileprivate var requestSchemaName: String { name + "Request" }
    fileprivate var responseSchemaName: String { name + "Response" }

    /// The schemas it has, by their names in the document.
    var namedSchemas: [(name: String, json: String)] {
        [(requestSchemaName, input.jsonSchema), (responseSchemaName, output.jsonSchema)]
            .compactMap { name, json in json.map { (name, $0) } }
    }
}

extension HandlerAccess {
    fileprivate func description(of handler: Handler, of service: Service) -> String {
        switch self {
        case .call:
            handler.documentation ?? "Call \(service.name) handler \(handler.name) and wait for response"
        case .send: "Send request to \(service.name) handler \(handler.name)"
        case .attach:
            "Wait for the result of an earlier request to \(service.name) handler \(handler.name); ask for it by the id "
                + "of its invocation instead where that is known"
        case .output:
            "The result of an earlier request to \(service.name) handler \(handler.name), if it is there yet; ask for it "
                + "by the id of its invocation instead where that is known"
        }
    }
}
