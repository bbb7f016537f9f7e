import FoundationEssentials

/// The values of a key as people see and edit them: JSON where they are JSON, else `{"base64": "..."}`.
enum StateDocument {
    private static let base64 = "base64"

    /// A value as it is shown.
    static func shown(_ bytes: [UInt8]) -> ExactJSON {
        guard let value = parsed(bytes), !isWrapped(value) else {
            return .object([base64: .string(Data(bytes).base64EncodedString())])
        }
        return value
    }

    /// The bytes that a shown value stands for; nil if its base64 is none.
    static func bytes(_ shown: ExactJSON) -> [UInt8]? {
        if isWrapped(shown), case .object(let members) = shown, case .string(let text) = members[base64] {
            return decoded(text)
        }
        return Array(shown.text().utf8)
    }

    /// The JSON value of a text; nil if it is none.
    static func parsed(_ bytes: [UInt8]) -> ExactJSON? {
        try? ExactJSON(parsing: bytes)
    }

    /// The bytes of a base64 text; nil if it is none.
    static func decoded(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map(Array.init) }

    /// The base64 text of bytes.
    static func encoded(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    private static func isWrapped(_ value: ExactJSON) -> Bool {
        guard case .object(let members) = value, members.count == 1, case .string = members[base64] else {
            return false
        }
        return true
    }
}
