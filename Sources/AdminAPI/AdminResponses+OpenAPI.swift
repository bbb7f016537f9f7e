import DurableModel
import HTTP

extension AdminResponses {
    /// The description of this API itself (OpenAPI 3.1), made of the tables of its operations and schemas.
    package static func openAPI(_ version: String) -> HTTPResponse {
        var body = JSONWriter(reservingBytes: 64 << 10)
        body.beginObject()
        body.member("openapi", "3.1.0")
        body.name("info")
        body.beginObject()
        body.member("title", "Admin API")
        body.member("version", version)
        body.member(
            "description",
            "Deployments, services and invocations of this server. Every path may have a version in front (/v2, /v3, /v4)."
        )
        body.endObject()
        writePaths(to: &body)
        body.name("components")
        body.beginObject()
        body.name("schemas")
        body.beginObject()
        for schema in AdminSchemas.all {
            body.name(schema.name)
            body.write(schema.form)
        }
        body.endObject()
        body.endObject()
        body.endObject()
        return json(200, body)
    }

    private static func writePaths(to body: inout JSONWriter) {
        let byPath = Dictionary(grouping: AdminOperation.all, by: \.path)
        body.name("paths")
        body.beginObject()
        for (path, operations) in byPath.sorted(by: { $0.key < $1.key }) {
            body.name(path)
            body.beginObject()
            for operation in operations { write(operation, to: &body) }
            body.endObject()
        }
        body.endObject()
    }

    private static func write(_ operation: AdminOperation, to body: inout JSONWriter) {
        body.name("\(operation.method.token)".lowercased())
        body.beginObject()
        body.member("operationId", operation.id)
        body.member("summary", operation.summary)
        body.name("tags")
        body.beginArray()
        body.string(operation.tag)
        body.endArray()
        body.name("parameters")
        body.beginArray()
        for name in operation.pathParameters { write(.init(name: name, description: ""), in: "path", to: &body) }
        for parameter in operation.parameters { write(parameter, in: "query", to: &body) }
        body.endArray()
        if let schema = operation.body {
            body.name("requestBody")
            body.beginObject()
            body.member("required", true)
            writeContent(schema, to: &body)
            body.endObject()
        }
        body.name("responses")
        body.beginObject()
        for answer in operation.answers { write(answer.status, answer.schema, "Done", to: &body) }
        for status in operation.refusals { write(status, "ErrorDescriptionResponse", "Refused", to: &body) }
        body.endObject()
        body.endObject()
    }

    private static func write(_ parameter: AdminOperation.Parameter, in place: String, to body: inout JSONWriter) {
        body.beginObject()
        body.member("name", parameter.name)
        body.member("in", place)
        body.member("required", place == "path")
        if !parameter.description.isEmpty { body.member("description", parameter.description) }
        body.name("schema")
        body.write(parameter.type)
        body.endObject()
    }

    private static func write(_ status: Int, _ schema: String?, _ description: String, to body: inout JSONWriter) {
        body.name("\(status)")
        body.beginObject()
        body.member("description", description)
        if let schema { writeContent(schema, to: &body) }
        body.endObject()
    }

    private static func writeContent(_ schema: String, to body: inout JSONWriter) {
        body.name("content")
        body.beginObject()
        body.name("application/json")
        body.beginObject()
        body.name("schema")
        body.write(SchemaForm.named(schema))
        body.endObject()
        body.endObject()
    }
}

extension AdminOperation {
    /// What stands in braces in the path.
    var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }
}
