import FoundationEssentials

/// A JSON schema of a manifest: kept as text to be shown and compared, checked for what would make it useless to a
/// reader, never used to validate a body.
struct JSONSchema: Decodable {
    private let value: JSONValue

    init(from decoder: any Decoder) throws {
        value = try JSONValue(from: decoder)
    }

    /// The schema in one form for comparing: keys sorted, no white space.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Why it is no schema, `nil` if it may be one.
    var problem: String? {
        var identifiers: Set<String> = []
        Self.collectIdentifiers(value, into: &identifiers)
        return Self.problem(of: value, identifiers: identifiers)
    }

    private static let types: Set<String> = ["null", "boolean", "object", "array", "number", "string", "integer"]
    /// Keywords whose value is a schema, a list of schemas, or schemas by name.
    private static let single = [
        "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then",
        "unevaluatedItems", "unevaluatedProperties",
    ]
    private static let listed = ["allOf", "anyOf", "items", "oneOf", "prefixItems"]
    private static let named = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"]
    /// Schemas of schemas, which every validator has.
    private static let known = ["http://json-schema.org/", "https://json-schema.org/"]

    /// The schemas directly within a schema.
    private static func children(of object: [String: JSONValue]) -> [JSONValue] {
        var found: [JSONValue] = []
        for key in single {
            switch object[key] {
            case .object, .bool: found.append(object[key] ?? .null)
            default: continue
            }
        }
        for key in listed {
            if case .array(let schemas) = object[key] { found.append(contentsOf: schemas) }
        }
        for key in named {
            if case .object(let schemas) = object[key] { found.append(contentsOf: schemas.values) }
        }
        return found
    }

    private static func collectIdentifiers(_ value: JSONValue, into identifiers: inout Set<String>) {
        guard case .object(let object) = value else { return }
        if case .string(let id) = object["$id"] { identifiers.insert(id) }
        for child in children(of: object) { collectIdentifiers(child, into: &identifiers) }
    }

    private static func problem(of value: JSONValue, identifiers: Set<String>) -> String? {
        guard case .object(let object) = value else {
            if case .bool = value { return nil }
            return "a schema must be an object or a boolean"
        }
        if let problem = typeProblem(object["type"]) { return problem }
        if case .string(let reference) = object["$ref"] {
            let isKnown = known.contains { reference.hasPrefix($0) }
            let target = String(reference.prefix { $0 != "#" })
            guard target.isEmpty || isKnown || identifiers.contains(target) else {
                return "it refers to the external schema '\(reference.quotable)'; bundle it into this one"
            }
        }
        for child in children(of: object) {
            if let problem = problem(of: child, identifiers: identifiers) { return problem }
        }
        return nil
    }

    private static func typeProblem(_ type: JSONValue?) -> String? {
        switch type {
        case nil: return nil
        case .string(let name): return types.contains(name) ? nil : "the type '\(name.quotable)' does not exist"
        case .array(let names):
            let isValid = names.allSatisfy { if case .string(let name) = $0 { types.contains(name) } else { false } }
            return isValid && !names.isEmpty ? nil : "a list of types holds one that does not exist"
        default: return "a type must be a name or a list of names"
        }
    }
}

/// Any JSON.
enum JSONValue: Hashable, Codable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // What schemas mostly consist of comes first: a wrong guess costs more than a right one.
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([String: JSONValue].self) {
            self = .object(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else {
            self = .number(try container.decode(Double.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
