import DurableModel

extension InputRules {
    /// What a handler takes, for people: a content type, `none`, or `JSON` with the title or the type of its schema
    /// (registry.md, section 4).
    package var summary: String { ContentSummary.of(contentType: contentType?.text, jsonSchema: jsonSchema) }
}

extension OutputRules {
    /// What a handler gives back, in the same words.
    package var summary: String { ContentSummary.of(contentType: contentType, jsonSchema: jsonSchema) }
}

private enum ContentSummary {
    static func of(contentType: String?, jsonSchema: String?) -> String {
        guard let contentType else { return "none" }
        guard let jsonSchema else { return contentType }
        var scan = SchemaScan(jsonSchema)
        let members = scan.topLevelTexts()
        if let title = members.title { return "JSON '\(title)'" }
        return members.type.map { "JSON \($0)" } ?? "JSON"
    }
}

/// Finds `title` and `type` of a JSON object without building a tree; the text was made by an encoder, so that what
/// does not fit its grammar is merely not found.
private struct SchemaScan {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func topLevelTexts() -> (title: String?, type: String?) {
        var found: (title: String?, type: String?) = (nil, nil)
        var depth = 0
        var name: String?
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ","): name = nil
            case UInt8(ascii: "\""):
                let text = string()
                guard depth == 1 else { continue }
                switch name {
                case nil: name = text
                case "title"?: found.title = text
                case "type"?: found.type = text
                default: break
                }
                continue
            default: break
            }
            position += 1
        }
        return found
    }

    /// The string that begins here; leaves the position behind its end.
    private mutating func string() -> String {
        var text: [UInt8] = []
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count {
                position += 1
                text.append(Self.unescaped(bytes[position]))
            } else {
                text.append(bytes[position])
            }
            position += 1
        }
        position += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// Control characters become spaces: the text is shown in a line.
    private static func unescaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"): 0x20
        default: byte
        }
    }
}
