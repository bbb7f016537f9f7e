import DurableModel
import Registry

/// What a path of the ingress names, before method, query, headers and body are looked at (ingress.md, section 1).
enum IngressRoute {
    case health
    /// Call or send a handler.
    case invoke(Invoke)
    /// Wait for a result, or fetch it if it is there.
    case attach(IngressReference)
    case output(IngressReference)
    /// The same and the id of a target, named in the body.
    case attachByBody
    case outputByBody
    case lookupByBody
    case completeAwakeable(AwakeableID, isRejected: Bool)

    struct Invoke {
        var service: RoutedService
        var key: String?
        var handler: String
        var isSend: Bool
        var hasScope: Bool
    }

    /// Slashes of a path that can be something; counted without a trailing one.
    private static let slashes = 2...7

    /// Whether a path has a key is decided by the type of its service, not by its shape.
    static func parse(_ path: ArraySlice<UInt8>, catalog: Catalog) throws(IngressRefusal) -> IngressRoute {
        let trimmed = path.last == UInt8(ascii: "/") ? path.dropLast() : path
        var slashCount = 0
        for byte in trimmed where byte == UInt8(ascii: "/") { slashCount += 1 }
        guard trimmed.first == UInt8(ascii: "/"), slashes.contains(slashCount) else { throw .badPath(path.text) }
        var cursor = PathCursor(trimmed)
        guard let first = cursor.next() else { throw .badPath(path.text) }
        if first.equals("restate") { return try parseRestate(&cursor, catalog: catalog) }
        if first.equals("openapi") { throw .notFound }
        let service = try service(first, catalog)
        return .invoke(try invoke(service, &cursor, form: .legacy))
    }

    private static func parseRestate(
        _ cursor: inout PathCursor,
        catalog: Catalog
    ) throws(IngressRefusal) -> IngressRoute {
        guard let verb = cursor.next() else { throw .badRestatePath }
        if verb.equals("call") {
            return .invoke(try invoke(service(cursor.next(), catalog), &cursor, form: .call(hasScope: false)))
        }
        if verb.equals("send") {
            return .invoke(try invoke(service(cursor.next(), catalog), &cursor, form: .send(hasScope: false)))
        }
        if verb.equals("scope") { return try parseScoped(&cursor, catalog: catalog) }
        if verb.equals("attach") {
            return try parseReference(&cursor).map { .attach($0) } ?? .attachByBody
        }
        if verb.equals("output") {
            return try parseReference(&cursor).map { .output($0) } ?? .outputByBody
        }
        if verb.equals("health") {
            guard cursor.isAtEnd else { throw .notFound }
            return .health
        }
        if verb.equals("lookup") {
            guard cursor.isAtEnd else { throw .badRestatePath }
            return .lookupByBody
        }
        if verb.equals("invocation") { return try parseLegacyInvocation(cursor.remaining(), catalog: catalog) }
        if verb.equals("workflow") { return try parseLegacyWorkflow(cursor.remaining()) }
        if verb.equals("awakeables") || verb.equals("a") { return try parseAwakeable(cursor.remaining()) }
        throw .notFound
    }

    // MARK: Calls

    private enum Form {
        /// The word `send` after the handler makes it a send.
        case legacy
        case call(hasScope: Bool)
        case send(hasScope: Bool)
    }

    private static func service(
        _ segment: ArraySlice<UInt8>?,
        _ catalog: Catalog
    ) throws(IngressRefusal) -> RoutedService {
        guard let segment else { throw .badRestatePath }
        let name = segment.text
        guard let service = catalog.service(named: name) else { throw .admission(.unknownService(name)) }
        return service
    }

    private static func invoke(
        _ service: RoutedService,
        _ cursor: inout PathCursor,
        form: Form
    ) throws(IngressRefusal) -> Invoke {
        let key: String? = service.type.isKeyed ? try decodedKey(cursor.next(), of: service, form) : nil
        guard let handler = cursor.next() else { throw shapeRefusal(service, form) }
        var route = Invoke(service: service, key: key, handler: handler.text, isSend: false, hasScope: false)
        switch form {
        case .call(let hasScope): route.hasScope = hasScope
        case .send(let hasScope):
            route.isSend = true
            route.hasScope = hasScope
        case .legacy:
            guard let last = cursor.next() else { return route }
            guard last.equals("send") else { throw shapeRefusal(service, form) }
            route.isSend = true
        }
        guard cursor.isAtEnd else { throw shapeRefusal(service, form) }
        return route
    }

    private static func decodedKey(
        _ segment: ArraySlice<UInt8>?,
        of service: RoutedService,
        _ form: Form
    ) throws(IngressRefusal) -> String {
        guard let segment else { throw shapeRefusal(service, form) }
        guard let key = PercentText.decode(segment) else { throw .badKey }
        return key
    }

    private static func shapeRefusal(_ service: RoutedService, _ form: Form) -> IngressRefusal {
        switch form {
        case .legacy: .admission(.wrongKeyArity(service: service.name))
        case .call, .send: .badRestatePath
        }
    }

    private static func parseScoped(
        _ cursor: inout PathCursor,
        catalog: Catalog
    ) throws(IngressRefusal) -> IngressRoute {
        guard let scope = cursor.next(), let verb = cursor.next() else { throw .badRestatePath }
        guard PercentText.decode(scope) != nil else { throw .badKey }
        guard verb.equals("call") || verb.equals("send") else { throw .notFound }
        let form: Form = verb.equals("send") ? .send(hasScope: true) : .call(hasScope: true)
        return .invoke(try invoke(service(cursor.next(), catalog), &cursor, form: form))
    }

    // MARK: Results

    /// The id that follows `attach` or `output`; `nil` when nothing follows.
    private static func parseReference(_ cursor: inout PathCursor) throws(IngressRefusal) -> IngressReference? {
        guard let id = cursor.next() else { return nil }
        guard cursor.isAtEnd else { throw .badRestatePath }
        return .invocation(try IngressReference.invocationID(id.text))
    }

    /// `{id}/attach` or `{service}[/{key}]/{handler}/{idempotency key}/attach`, and the same with `output`.
    private static func parseLegacyInvocation(
        _ segments: [ArraySlice<UInt8>],
        catalog: Catalog
    ) throws(IngressRefusal) -> IngressRoute {
        guard let verb = segments.last, segments.count >= 2 else { throw .badRestatePath }
        if segments.count == 2 {
            return try result(verb, of: .invocation(try IngressReference.invocationID(segments[0].text)))
        }
        let service = try service(segments[0], catalog)
        guard segments.count == (service.type.isKeyed ? 5 : 4) else { throw .badRestatePath }
        let key: String? = service.type.isKeyed ? try decodedKey(segments[1], of: service, .legacy) : nil
        let reference = IngressReference.idempotent(
            service: service.name,
            key: key,
            handler: segments[segments.count - 3].text,
            idempotencyKey: segments[segments.count - 2].text
        )
        return try result(verb, of: reference)
    }

    private static func parseLegacyWorkflow(_ segments: [ArraySlice<UInt8>]) throws(IngressRefusal) -> IngressRoute {
        guard segments.count >= 3 else { throw .badRestatePath }
        guard segments.count == 3 else { throw .notFound }
        guard let key = PercentText.decode(segments[1]) else { throw .badKey }
        return try result(segments[2], of: .workflow(name: segments[0].text, key: key))
    }

    private static func result(
        _ verb: ArraySlice<UInt8>,
        of reference: IngressReference
    ) throws(IngressRefusal) -> IngressRoute {
        if verb.equals("attach") { return .attach(reference) }
        if verb.equals("output") { return .output(reference) }
        throw .notFound
    }

    // MARK: Awakeables

    private static func parseAwakeable(_ segments: [ArraySlice<UInt8>]) throws(IngressRefusal) -> IngressRoute {
        guard segments.count == 2 else { throw .badAwakeablePath }
        let isRejected = segments[1].equals("reject")
        guard isRejected || segments[1].equals("resolve") else { throw .notFound }
        let text = segments[0].text
        do {
            return .completeAwakeable(try AwakeableID(parsing: text), isRejected: isRejected)
        } catch {
            throw .badAwakeableID(text, error)
        }
    }
}
