import DurableModel

/// A JSON schema, as far as this API's description needs any.
indirect enum SchemaForm: Sendable {
    case string
    case integer
    case number
    case boolean
    case any
    case oneOf([String])
    case list(SchemaForm)
    /// An object of any names.
    case map(SchemaForm)
    /// A schema of the description, by name.
    case named(String)
    case object(required: [String], [(name: String, form: SchemaForm)])
    case nullable(SchemaForm)
}

extension JSONWriter {
    mutating func write(_ form: SchemaForm) {
        beginObject()
        writeMembers(of: form)
        endObject()
    }

    private mutating func writeMembers(of form: SchemaForm) {
        switch form {
        case .string: member("type", "string")
        case .integer: member("type", "integer")
        case .number: member("type", "number")
        case .boolean: member("type", "boolean")
        case .any: break
        case .oneOf(let texts):
            member("type", "string")
            name("enum")
            write(texts)
        case .list(let form):
            member("type", "array")
            name("items")
            write(form)
        case .map(let form):
            member("type", "object")
            name("additionalProperties")
            write(form)
        case .named(let schema): member("$ref", "#/components/schemas/\(schema)")
        case .object(let required, let properties):
            member("type", "object")
            if !required.isEmpty {
                name("required")
                write(required)
            }
            name("properties")
            beginObject()
            for property in properties {
                name(property.name)
                write(property.form)
            }
            endObject()
        case .nullable(let form):
            name("anyOf")
            beginArray()
            write(form)
            beginObject()
            member("type", "null")
            endObject()
            endArray()
        }
    }

    private mutating func write(_ texts: [String]) {
        beginArray()
        for text in texts { string(text) }
        endArray()
    }
}
