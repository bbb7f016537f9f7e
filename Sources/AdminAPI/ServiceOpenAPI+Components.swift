import DurableModel

extension JSONWriter {
    mutating func writeComponents(of document: ServiceOpenAPI) {
        name("components")
        beginObject()
        writeParameterComponents()
        writeResponseComponents()
        name("schemas")
        beginObject()
        name("RestateError")
        raw(errorSchema)
        for handler in document.handlers {
            for schema in handler.namedSchemas {
                name(schema.name)
                raw(RelocatedSchema.text(schema.json, to: "/components/schemas/\(schema.name)"))
            }
        }
        endObject()
        endObject()
    }

    private mutating func writeParameterComponents() {
        name("parameters")
        beginObject()
        writeParameter("key", "key", in: "path", "The key of the object or workflow")
        writeParameter(
            "idempotencyKeyHeader",
            "idempotency-key",
            in: "header",
            "Requests with the same key are one: the first is carried out, all get its result"
        )
        writeParameter("idempotencyKeyPath", "idempotencyKey", in: "path", "The idempotency key of the request")
        writeParameter(
            "delay",
            "delay",
            in: "query",
            "How long to wait before the work begins, for instance `10s`, `1h 30m` or `PT10M`",
            example: "10s"
        )
        endObject()
    }

    private mutating func writeParameter(
        _ component: String,
        _ parameter: String,
        in place: String,
        _ description: String,
        example: String? = nil
    ) {
        name(component)
        beginObject()
        member("name", parameter)
        member("in", place)
        member("required", place == "path")
        member("description", description)
        optionalMember("example", example)
        name("schema")
        beginObject()
        member("type", "string")
        endObject()
        endObject()
    }

    private mutating func writeResponseComponents() {
        name("responses")
        beginObject()
        writeErrorResponse(
            "GenericError",
            "Error response",
            #"{"code":500,"message":"Internal server error","source":"invocation"}"#
        )
        writeErrorResponse(
            "InvocationNotFoundError",
            "Invocation not found",
            #"{"message":"invocation not found","source":"ingress"}"#
        )
        writeErrorResponse(
            "InvocationNotReadyError",
            "Invocation still running, output is not ready yet",
            #"{"message":"the invocation exists but has not completed yet","source":"ingress"}"#
        )
        name("Send")
        raw(
            #"{"description":"Send response","content":{"application/json":{"schema":{"title":"RestateSendResponse","#
                + #""type":"object","additionalProperties":false,"required":["invocationId","status"],"properties":{"#
                + #""invocationId":{"type":"string"},"status":{"type":"string","enum":["Accepted","PreviouslyAccepted"]},"#
                + #""executionTime":{"type":"string","format":"date-time","#
                + #""description":"When the work begins, if it was given a delay"}}},"#
                + #""example":{"invocationId":"inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz","status":"Accepted"}}}}"#
        )
        endObject()
    }

    private mutating func writeErrorResponse(_ component: String, _ description: String, _ example: String) {
        name(component)
        beginObject()
        member("description", description)
        name("content")
        beginObject()
        name("application/json")
        beginObject()
        name("schema")
        writeReference("schemas", "RestateError")
        name("example")
        raw(example)
        endObject()
        endObject()
        endObject()
    }

    private var errorSchema: String {
        #"{"title":"RestateError","type":"object","additionalProperties":false,"required":["message","source"],"#
            + #""description":"Why there is no result","properties":{"code":{"type":"number","title":"error code"},"#
            + #""message":{"type":"string","title":"Error message"},"source":{"type":"string","title":"Error source","#
            + #""enum":["ingress","invocation"],"description":"Who it comes from: the server or the handler"},"#
            + #""stacktrace":{"type":"string","title":"Stacktrace of the error"},"metadata":{"type":"object","#
            + #""title":"Additional metadata map","additionalProperties":{"type":"string"}}}}"#
    }
}

/// A JSON schema that becomes a part of a larger document: its references into itself have to name the place where it
/// stands there.
enum RelocatedSchema {
    /// The schema with `pointer` put in front of what its own references point to. A schema with an id of its own is a
    /// document of its own, whose references stay as they are.
    static func text(_ schema: String, to pointer: String) -> String {
        guard schema.contains(#""$ref""#), !schema.contains(#""$id""#) else { return schema }
        var text: [UInt8] = []
        text.reserveCapacity(schema.utf8.count + 64)
        let bytes = Array(schema.utf8)
        var position = 0
        var isReference = false
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "\"") else {
                let byte = bytes[position]
                if byte != UInt8(ascii: ":"), !isSpace(byte) { isReference = false }
                text.append(byte)
                position += 1
                continue
            }
            let end = endOfString(bytes, from: position)
            let content = bytes[position + 1..<max(position + 1, end - 1)]
            text.append(UInt8(ascii: "\""))
            if isReference, content.first == UInt8(ascii: "#") {
                text.append(UInt8(ascii: "#"))
                text.append(contentsOf: pointer.utf8)
                text.append(contentsOf: content.dropFirst())
            } else {
                text.append(contentsOf: content)
            }
            text.append(UInt8(ascii: "\""))
            isReference = !isReference && content.elementsEqual("$ref".utf8)
            position = end
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The position behind the closing quote.
    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var position = start + 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(position + 1, bytes.count)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
