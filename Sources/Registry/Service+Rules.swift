import DurableModel

extension Service {
    /// Throws what keeps the service from being registered at all (discovery.md, "Checks at registration").
    func checkRegistrable() throws(RegistryError) {
        guard !Self.isReserved(name) else { throw .reservedServiceName(name) }
        for handler in handlers { try check(handler) }
    }

    private func check(_ handler: Handler) throws(RegistryError) {
        guard type.allows(handler.type) else {
            throw .handlerTypeMismatch(
                service: name,
                serviceType: type,
                handler: handler.name,
                handlerType: handler.type
            )
        }
        if handler.options.workflowCompletionRetention != nil, handler.type != .workflowRun {
            throw .workflowRetentionMisplaced(handler: handler.name)
        }
        if handler.options.idempotencyRetention != nil, handler.type == .workflowRun {
            throw .idempotencyRetentionMisplaced(handler: handler.name)
        }
        if options.ingressPrivate == true, handler.options.ingressPrivate == false {
            throw .publicHandlerInPrivateService(service: name, handler: handler.name)
        }
        if let pattern = handler.input.contentType, let reason = Self.fault(inPattern: pattern.text) {
            throw .badContentType(handler: handler.name, direction: .input, reason: reason)
        }
        if let contentType = handler.output.contentType, !Self.isHeaderValue(contentType) {
            throw .badContentType(handler: handler.name, direction: .output, reason: "it cannot be sent as a header")
        }
    }

    /// Whether the name is kept for the server's own paths: `openapi` and all that begin with `restate`, in any case.
    private static func isReserved(_ name: String) -> Bool {
        let lowered = name.lowercased()
        return lowered.hasPrefix("restate") || lowered == "openapi"
    }

    private static func fault(inPattern text: String) -> String? {
        guard isHeaderValue(text) else { return "it cannot be sent as a header" }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return "'\(text)' must contain one /" }
        guard !parts[0].isEmpty, !parts[1].isEmpty else { return "'\(text)' lacks its type or subtype" }
        if parts[0] == "*", parts[1] != "*" {
            return "'\(text)' has the wildcard form */subtype, which is not supported"
        }
        return nil
    }

    private static func isHeaderValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 == 0x09 || (0x20...0x7e).contains($0) }
    }
}

extension ServiceType {
    /// Whether a service of this type may have handlers of that type.
    func allows(_ handler: HandlerType) -> Bool {
        switch (self, handler) {
        case (.service, .plain): true
        case (.virtualObject, .exclusive), (.virtualObject, .shared): true
        case (.workflow, .workflowRun), (.workflow, .shared): true
        case (.service, _), (.virtualObject, _), (.workflow, _): false
        }
    }
}
