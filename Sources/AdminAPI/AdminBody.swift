import ControlProtocol
import FoundationEssentials
import HTTP

/// The JSON object of a request's body. Members that nobody asks for are ignored, and `null` counts as absent.
struct AdminBody {
    private let members: [String: JSONValue]

    /// 415 for another content type, 400 for what is not JSON, 422 for JSON that is no object.
    init(_ head: HTTPHead, _ body: [UInt8]) throws(AdminRefusal) {
        try Self.check(head, body, bytesMax: AdminRequest.bodyBytesMax)
        try Self.checkObject(body)
        guard let members = try? JSONDecoder().decode([String: JSONValue].self, from: Data(body)) else {
            throw .notJSON("it does not follow the grammar of JSON")
        }
        self.members = members
    }

    func has(_ name: String) -> Bool { present(name) != nil }

    func text(_ name: String) throws(AdminRefusal) -> String? {
        switch present(name) {
        case nil: return nil
        case .string(let text)?: return text
        default: throw .wrongShape("'\(name)' must be a string")
        }
    }

    func requiredText(_ name: String) throws(AdminRefusal) -> String {
        guard let text = try text(name) else { throw .wrongShape("missing field `\(name)`") }
        return text
    }

    func flag(_ name: String) throws(AdminRefusal) -> Bool? {
        switch present(name) {
        case nil: return nil
        case .bool(let flag)?: return flag
        default: throw .wrongShape("'\(name)' must be true or false")
        }
    }

    /// An array of texts, which must be there.
    func textList(_ name: String) throws(AdminRefusal) -> [String] {
        guard let value = present(name) else { throw .wrongShape("missing field `\(name)`") }
        guard case .array(let values) = value else { throw .wrongShape("'\(name)' must be an array") }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw .wrongShape("'\(name)' must hold strings only") }
            texts.append(text)
        }
        return texts
    }

    /// An object whose members are all texts; empty when absent.
    func texts(_ name: String) throws(AdminRefusal) -> [String: String] { try optionalTexts(name) ?? [:] }

    /// An object whose members are all texts.
    func optionalTexts(_ name: String) throws(AdminRefusal) -> [String: String]? {
        guard let value = present(name) else { return nil }
        guard case .object(let members) = value else { throw .wrongShape("'\(name)' must be an object") }
        var texts: [String: String] = [:]
        for (key, value) in members {
            guard case .string(let text) = value else { throw .wrongShape("'\(name)' must hold strings only") }
            texts[key] = text
        }
        return texts
    }

    private func present(_ name: String) -> JSONValue? {
        let value = members[name]
        return value == .null ? nil : value
    }

    private static func reason(_ error: ControlProtocolError) -> String {
        switch error {
        case .notUTF8: "it is not UTF-8"
        case .notJSON(let detail): detail
        case .tooDeep(let levelsMax): "it nests deeper than \(levelsMax) levels"
        case .notAnObject, .frameEmpty, .frameTooLarge, .frameTruncated, .notAMessage, .notEncodable:
            "it does not follow the grammar of JSON"
        }
    }

    private static func value(_ body: [UInt8]) -> JSONValue? {
        try? JSONDecoder().decode(JSONValue.self, from: Data(body))
    }

    /// What must be so before a body is read at all.
    static func check(_ head: HTTPHead, _ body: [UInt8], bytesMax: Int) throws(AdminRefusal) {
        guard isJSON(head.value(of: "content-type")) else { throw .contentTypeNotJSON }
        guard body.count <= bytesMax else { throw .bodyTooLarge(bytesMax: bytesMax) }
    }

    /// What of the grammar must hold before an object is read: 400 for what is not JSON, 422 for JSON that is no object.
    static func checkObject(_ body: [UInt8]) throws(AdminRefusal) {
        do {
            try JSONText.checkObject(body)
        } catch {
            if error == .notAnObject, value(body) != nil { throw .wrongShape("expected an object") }
            throw .notJSON(body.isEmpty ? "it is empty" : reason(error))
        }
    }

    /// Whether the body is an array without values; what is not even an array is refused.
    static func isEmptyArray(_ head: HTTPHead, _ body: [UInt8]) throws(AdminRefusal) -> Bool {
        try check(head, body, bytesMax: AdminRequest.bodyBytesMax)
        do {
            try JSONText.checkObject(body)
        } catch .notAnObject {
            guard case .array(let values)? = value(body) else { throw .wrongShape("expected a sequence") }
            return values.isEmpty
        } catch {
            throw .notJSON(body.isEmpty ? "it is empty" : reason(error))
        }
        throw .wrongShape("expected a sequence")
    }

    /// `application/json`, with or without parameters, in any case.
    private static func isJSON(_ contentType: ArraySlice<UInt8>?) -> Bool {
        guard let contentType else { return false }
        let media = contentType.prefix { $0 != UInt8(ascii: ";") }
        let text = String(decoding: media, as: UTF8.self).lowercased()
        return text.filter { $0 != " " && $0 != "\t" } == "application/json"
    }
}
