import DurableModel

/// From the document to the values of the model, with the checks at registration (discovery.md, section 2).
extension ServiceDocument {
    func resolved() throws(ManifestError) -> Service {
        let lowercased = name.lowercased()
        guard !lowercased.hasPrefix("restate"), lowercased != "openapi" else { throw .reservedServiceName(name) }
        var resolved: [String: Handler] = [:]
        for handler in handlers {
            resolved[handler.name] = try handler.resolved(in: self)
        }
        return Service(
            name: name,
            type: type,
            handlers: resolved.values.sorted { $0.name < $1.name },
            options: options.resolved,
            documentation: documentation,
            metadata: metadata ?? [:]
        )
    }

    private var type: ServiceType {
        switch ty {
        case .service: .service
        case .virtualObject: .virtualObject
        case .workflow: .workflow
        }
    }
}

extension HandlerDocument {
    fileprivate func resolved(in service: ServiceDocument) throws(ManifestError) -> Handler {
        guard let type = type(in: service.ty) else {
            throw .badHandlerType(
                service: service.name,
                handler: name,
                serviceType: service.ty.rawValue,
                handlerType: ty?.rawValue ?? ""
            )
        }
        if options.workflowCompletionRetention != nil, type != .workflowRun {
            throw .workflowRetentionOutsideWorkflow(service: service.name, handler: name)
        }
        if options.idempotencyRetention != nil, type == .workflowRun {
            throw .idempotencyRetentionOnWorkflow(service: service.name, handler: name)
        }
        if service.options.ingressPrivate == true, options.ingressPrivate == false {
            throw .publicHandlerInPrivateService(service: service.name, handler: name)
        }
        return Handler(
            name: name,
            type: type,
            input: try inputRules(service: service.name),
            output: try outputRules(service: service.name),
            options: options.resolved,
            documentation: documentation,
            metadata: metadata ?? [:]
        )
    }

    /// The table of handler types; `nil` for a pair that cannot be.
    private func type(in service: ServiceDocument.Kind) -> HandlerType? {
        switch (service, ty) {
        case (.service, nil), (.service, .shared): .plain
        case (.virtualObject, nil), (.virtualObject, .exclusive): .exclusive
        case (.virtualObject, .shared): .shared
        // Absent is shared here: the schema's text says otherwise, the recorded server does this.
        case (.workflow, nil), (.workflow, .shared): .shared
        case (.workflow, .workflow): .workflowRun
        case (.service, .exclusive), (.service, .workflow), (.virtualObject, .workflow), (.workflow, .exclusive): nil
        }
    }

    private func inputRules(service: String) throws(ManifestError) -> InputRules {
        guard let input else { return InputRules() }
        let allowsNothing = !(input.required ?? false)
        guard let contentType = input.contentType else {
            return InputRules(allowsNothing: allowsNothing, contentType: nil)
        }
        guard let pattern = ContentTypePattern(manifest: contentType) else {
            throw .badInputContentType(service: service, handler: name, contentType: contentType.quotable)
        }
        return InputRules(
            allowsNothing: allowsNothing,
            contentType: pattern,
            mustNotBeEmpty: input.jsonSchema != nil,
            jsonSchema: try schemaText(input.jsonSchema, of: "input", service: service)
        )
    }

    private func outputRules(service: String) throws(ManifestError) -> OutputRules {
        guard let output else { return OutputRules() }
        if let contentType = output.contentType {
            guard contentType.utf8.allSatisfy({ ($0 >= 0x20 && $0 < 0x7f) || $0 == 0x09 }) else {
                throw .badOutputContentType(service: service, handler: name)
            }
        }
        return OutputRules(
            contentType: output.contentType?.isEmpty == true ? nil : output.contentType,
            setContentTypeIfEmpty: output.setContentTypeIfEmpty ?? false,
            jsonSchema: try schemaText(output.jsonSchema, of: "output", service: service)
        )
    }

    private func schemaText(
        _ schema: JSONSchema?,
        of direction: String,
        service: String
    ) throws(ManifestError) -> String? {
        guard let schema else { return nil }
        if let problem = schema.problem {
            throw .badSchema(service: service, handler: name, direction: direction, problem: problem)
        }
        return schema.text
    }
}

extension ContentTypePattern {
    /// A pattern as a manifest may have it: `type/subtype`, `type/*` or `*/*`. Parameters are dropped, since those of a
    /// request are not looked at either.
    fileprivate init?(manifest text: String) {
        var media = text.prefix { $0 != ";" }
        while media.last == " " { media.removeLast() }
        let parts = media.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isToken) }) else {
            return nil
        }
        guard parts[0] != "*" || parts[1] == "*" else { return nil }
        self.init(text: String(media))
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        guard byte > 0x20, byte < 0x7f else { return false }
        return !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
    }
}
