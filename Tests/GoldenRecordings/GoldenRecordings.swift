package import ControlProtocol
import FoundationEssentials

/// What was recorded at the server that our callers and services know. It lies beside the repository and not in it:
/// suites that stand on it are skipped where it is absent.
package enum GoldenRecordings {
    private static let folder =
        #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/../shared/reference/golden/"

    /// Whether that file is there.
    package static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder + name) }

    /// The lines of a file, one recording each.
    package static func lines(_ name: String) throws -> [Substring] {
        let data = try Data(contentsOf: URL(filePath: folder + name))
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }

    /// The exchanges of a file of requests and answers.
    package static func exchanges(_ name: String) throws -> [HTTPRecording] {
        try lines(name).map { try JSONDecoder().decode(HTTPRecording.self, from: Data($0.utf8)) }
    }
}

/// One request, and what the recorded server answered.
package struct HTTPRecording: Decodable {
    package struct Request: Decodable {
        package var method: String
        package var path: String
        package var headers: [String: String]
        /// Text that is no JSON is a string.
        package var body: JSONValue?
        /// Instead of `body`, for bytes that are no text.
        package var body_base64: String?

        /// The bytes that were sent.
        package var bytes: [UInt8] {
            if let body_base64 { return Array(Data(base64Encoded: body_base64) ?? Data()) }
            switch body {
            case nil, .null?: return []
            case .string(let text)?: return Array(text.utf8)
            case let value?: return (try? Array(JSONEncoder().encode(value))) ?? []
            }
        }
    }

    package struct Response: Decodable {
        package var status: Int
        package var headers: [String: String]
        package var body: JSONValue?
    }

    package var name: String
    package var request: Request
    package var response: Response
}
