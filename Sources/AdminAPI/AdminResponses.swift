import DurableModel
import HTTP
import Registry

/// The answers of the admin face as clients of this API know them. They render values; what the values are is decided
/// elsewhere.
package enum AdminResponses {
    /// Errors of all kinds: `{"message", "restate_code"}`.
    package static func refused(_ refusal: AdminRefusal) -> HTTPResponse {
        var response = error(refusal) { body in
            if case .registry(.notDrained(_, let state)) = refusal { write(state, [], to: &body) }
        }
        if case .methodNotAllowed(let methods) = refusal {
            response.head.add("allow", text: methods.map { "\($0.token)" }.joined(separator: ","))
        }
        return response
    }

    /// The answer to a request whose body is larger than what it asks for takes.
    static func tooLarge(_ head: HTTPHead) -> HTTPResponse {
        refused(.bodyTooLarge(bytesMax: AdminRequest.bodyBytesMax(of: head)))
    }

    /// What there is too much of at the moment is over soon: queries and changes of a state end in seconds.
    private static let retryAfterSeconds = 1

    /// An error with more members than every error has.
    static func error(_ refusal: AdminRefusal, _ more: (inout JSONWriter) -> Void) -> HTTPResponse {
        error(status: refusal.status, code: refusal.code, message: refusal.description, more)
    }

    /// An error that has no case of its own; a code is repeated in front of the message, where clients look for it.
    package static func error(
        status: Int,
        code: String?,
        message: String,
        _ more: (inout JSONWriter) -> Void = { _ in }
    ) -> HTTPResponse {
        var body = JSONWriter()
        body.beginObject()
        body.member("message", code.map { "[\($0)] " + message } ?? message)
        body.name("restate_code")
        if let code { body.string(code) } else { body.null() }
        more(&body)
        body.endObject()
        var response = json(status, body)
        if status == 429 { response.head.add("retry-after", text: String(retryAfterSeconds)) }
        return response
    }

    /// An answer that says it all by its status.
    package static func empty(_ status: Int) -> HTTPResponse { HTTPResponse(status: status) }

    /// What a client asks first: which versions of the API there are.
    ///
    /// - Parameter version: of this program; clients read it as a semantic version.
    package static func version(_ version: String, ingressEndpoint: String?) -> HTTPResponse {
        var body = JSONWriter()
        body.beginObject()
        body.member("version", version)
        body.member("min_admin_api_version", AdminVersion.v2.rawValue)
        body.member("max_admin_api_version", AdminVersion.v4.rawValue)
        body.optionalMember("ingress_endpoint", ingressEndpoint)
        body.name("features")
        body.beginObject()
        for feature in absentFeatures { body.member(feature, false) }
        body.endObject()
        body.endObject()
        return json(200, body)
    }

    /// What clients of this API know as experiments, none of which are done here.
    private static let absentFeatures = [
        "invoker_yield", "kafka_scope", "preflight_invocation_termination_retention", "protocol_v7",
        "scoped_promise_table_migration", "scoped_state_table_migration", "scoped_virtual_objects",
        "unique_random_seeds", "vqueue_obsolete_cleanup", "vqueues", "vqueues_async_refill",
        "vqueues_migration_skip_completed",
    ]

    /// The one node there is, in the form that is made for many.
    package static func clusterHealth() -> HTTPResponse {
        var body = JSONWriter()
        body.beginObject()
        body.member("cluster_name", "localcluster")
        body.name("metadata_cluster_health")
        body.beginObject()
        body.name("members")
        body.beginArray()
        body.integer(1)
        body.endArray()
        body.endObject()
        body.endObject()
        return json(200, body)
    }

    /// A list of what there never is.
    package static func emptyList(_ kind: AbsentKind) -> HTTPResponse {
        var body = JSONWriter()
        switch kind {
        case .limitRules:
            body.beginArray()
            body.endArray()
        case .subscriptions, .kafkaClusters:
            body.beginObject()
            body.name(kind == .subscriptions ? "subscriptions" : "clusters")
            body.beginArray()
            body.endArray()
            body.endObject()
        }
        return json(200, body)
    }

    // MARK: Deployments

    /// 201 for what is new, 200 else; the oldest version says 201 whenever something was done and calls an address
    /// that is known already a conflict.
    package static func registered(
        _ registration: Registration,
        version: AdminVersion,
        settings: Settings
    ) -> HTTPResponse {
        let deployment = registration.deployment
        let status: Int
        switch (registration.outcome, version) {
        case (.unchanged, .v2): return refused(.deploymentExists(deployment.id))
        case (.created, _), (.overwritten, .v2): status = 201
        case (.unchanged, .v3), (.unchanged, .v4), (.overwritten, .v3), (.overwritten, .v4): status = 200
        }
        var body = JSONWriter(reservingBytes: 4096)
        body.beginObject()
        body.member("id", deployment.id.description)
        body.name("services")
        body.write(servicesOf: deployment, settings: settings)
        body.member("min_protocol_version", deployment.protocolVersions.lowerBound)
        body.member("max_protocol_version", deployment.protocolVersions.upperBound)
        body.optionalMember("sdk_version", deployment.sdkVersion)
        body.endObject()
        var response = json(status, body)
        response.head.add("location", text: "deployments/\(deployment.id)", unique: true)
        return response
    }

    /// These deployments, in the order given.
    package static func deployments(_ deployments: [Deployment]) -> HTTPResponse {
        var body = JSONWriter(reservingBytes: 512 * (deployments.count + 1))
        body.beginObject()
        body.name("deployments")
        body.beginArray()
        for deployment in deployments {
            body.beginObject()
            body.writeMembers(of: deployment)
            body.name("services")
            body.beginArray()
            for entry in deployment.services {
                body.beginObject()
                body.member("name", entry.service.name)
                body.member("revision", entry.revision)
                body.endObject()
            }
            body.endArray()
            body.endObject()
        }
        body.endArray()
        body.endObject()
        return json(200, body)
    }

    /// One deployment with all of its services.
    package static func deployment(_ deployment: Deployment, settings: Settings) -> HTTPResponse {
        var body = JSONWriter(reservingBytes: 4096)
        body.beginObject()
        body.writeMembers(of: deployment)
        body.name("services")
        body.write(servicesOf: deployment, settings: settings)
        body.endObject()
        return json(200, body)
    }

    /// A removal that was done. How much work it left without a deployment is in a header, since the body is empty in
    /// this API.
    package static func removed(_ removal: Removal) -> HTTPResponse {
        var response = empty(202)
        if removal.orphaned > 0 { response.head.add("x-perdure-orphaned", text: "\(removal.orphaned)") }
        return response
    }

    // MARK: Services

    /// The latest revision of every service, sorted by name.
    package static func services(_ catalog: Catalog, settings: Settings) -> HTTPResponse {
        let sorted = catalog.servicesByName
        var body = JSONWriter(reservingBytes: 1024 * (sorted.count + 1))
        body.beginObject()
        body.name("services")
        body.beginArray()
        for service in sorted { body.write(latestOf: service, catalog: catalog, settings: settings) }
        body.endArray()
        body.endObject()
        return json(200, body)
    }

    package static func service(_ name: String, catalog: Catalog, settings: Settings) -> HTTPResponse {
        guard let service = catalog.service(named: name) else { return refused(.unknownService(name)) }
        var body = JSONWriter(reservingBytes: 2048)
        body.write(latestOf: service, catalog: catalog, settings: settings)
        return json(200, body)
    }

    package static func handlers(of name: String, catalog: Catalog) -> HTTPResponse {
        guard let service = catalog.service(named: name)?.latest.service else { return refused(.unknownService(name)) }
        var body = JSONWriter(reservingBytes: 2048)
        body.beginObject()
        body.name("handlers")
        body.beginArray()
        for handler in service.handlers { body.write(handler, of: service) }
        body.endArray()
        body.endObject()
        return json(200, body)
    }

    package static func handler(_ name: String, of service: String, catalog: Catalog) -> HTTPResponse {
        guard let found = catalog.service(named: service)?.latest.service, let handler = found.handler(named: name)
        else {
            return refused(.unknownHandler(service: service, handler: name))
        }
        var body = JSONWriter(reservingBytes: 1024)
        body.write(handler, of: found)
        return json(200, body)
    }

    /// How to call the service over HTTP (OpenAPI 3.1).
    ///
    /// - Parameter ingressEndpoint: where calls go, if it is known.
    package static func openAPI(of name: String, catalog: Catalog, ingressEndpoint: String?) -> HTTPResponse {
        guard let latest = catalog.service(named: name)?.latest else { return refused(.unknownService(name)) }
        var body = JSONWriter(reservingBytes: 8192)
        body.write(ServiceOpenAPI(of: latest, ingressEndpoint: ingressEndpoint))
        return json(200, body)
    }

    // MARK: Parts

    static func json(_ status: Int, _ body: JSONWriter) -> HTTPResponse {
        var head = HTTPHead(status: status)
        head.add("content-type", "application/json")
        if body.bytes.count >= variantBytesMin { head.add("vary", "accept-encoding") }
        return HTTPResponse(head, body: body.bytes)
    }

    /// Caches are told that a body of at least so many bytes may come in another encoding.
    private static let variantBytesMin = 32
}
