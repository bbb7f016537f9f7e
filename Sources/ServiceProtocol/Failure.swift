/// A fact about a failure beside its message (since V6).
package struct FailureMetadata: Hashable, Sendable {
    package var key: String
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// A terminal failure as handlers and callers see it.
package struct Failure: Hashable, Sendable {
    /// An HTTP-like status, chosen by the handler; 409 of what was cancelled or killed.
    package var code: UInt32
    package var message: String
    package var metadata: [FailureMetadata]

    package init(code: UInt32, message: String, metadata: [FailureMetadata] = []) {
        self.code = code
        self.message = message
        self.metadata = metadata
    }

    /// The bytes of the `Failure` message, for a row.
    package func encode() -> [UInt8] {
        var writer = WireWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// Reads what `encode()` wrote.
    package static func decode(_ bytes: [UInt8]) throws(PayloadProblem) -> Failure {
        try Failure(reading: WireReader(bytes))
    }

    func write(to writer: inout WireWriter) {
        writer.uint32(1, code)
        writer.string(2, message)
        for entry in metadata {
            writer.message(3) {
                $0.string(1, entry.key)
                $0.string(2, entry.value)
            }
        }
    }

    init(reading fields: WireReader) throws(PayloadProblem) {
        self.init(code: 0, message: "")
        var reader = fields
        while let field = try reader.next() {
            switch field.number {
            case 1: code = try reader.uint32(field)
            case 2: message = try reader.string(field)
            case 3:
                try reader.checkRoom(for: field, in: metadata.count)
                let pair = try KeyValue(reading: try reader.message(field))
                metadata.append(FailureMetadata(key: pair.key, value: pair.value))
            default: continue
            }
        }
    }
}

/// A header of a call or of an input.
package struct Header: Hashable, Sendable {
    package var key: String
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    init(reading fields: WireReader) throws(PayloadProblem) {
        let pair = try KeyValue(reading: fields)
        self.init(key: pair.key, value: pair.value)
    }

    func write(to writer: inout WireWriter, field: UInt32) {
        writer.message(field) {
            $0.string(1, key)
            $0.string(2, value)
        }
    }
}

/// The two strings of a `Header` or a `FailureMetadata`.
private struct KeyValue {
    var key = ""
    var value = ""

    init(reading fields: WireReader) throws(PayloadProblem) {
        var reader = fields
        while let field = try reader.next() {
            switch field.number {
            case 1: key = try reader.string(field)
            case 2: value = try reader.string(field)
            default: continue
            }
        }
    }
}
