/// What is wrong with bytes that should have been a message of the control protocol.
package enum ControlProtocolError: Error, Hashable, Sendable {
    case frameEmpty
    case frameTooLarge(bytes: Int, bytesMax: Int)
    case frameTruncated(bytes: Int, bytesExpected: Int)
    case notUTF8
    case notJSON(detail: String)
    case tooDeep(levelsMax: Int)
    case notAnObject
    case notAMessage(detail: String)
    case notEncodable(detail: String)

    /// The code under which a peer hears of it.
    package var code: ControlErrorCode {
        switch self {
        case .frameTooLarge: .frameTooLarge
        case .frameTruncated: .frameTruncated
        case .frameEmpty, .notUTF8, .notJSON, .tooDeep: .parseError
        case .notAnObject, .notAMessage: .invalidRequest
        case .notEncodable: .internalError
        }
    }
}

extension ControlProtocolError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .frameEmpty:
            "a frame of no bytes: a frame holds one JSON object"
        case .frameTooLarge(let bytes, let bytesMax):
            "a frame of \(bytes) bytes is over the limit of \(bytesMax)"
        case .frameTruncated(let bytes, let bytesExpected):
            "the stream ended inside a frame, after \(bytes) of \(bytesExpected) bytes"
        case .notUTF8:
            "a frame that is not UTF-8"
        case .notJSON(let detail):
            "a frame that is not JSON: \(detail)"
        case .tooDeep(let levelsMax):
            "JSON nested more than \(levelsMax) levels deep"
        case .notAnObject:
            "a frame that holds JSON, but not an object"
        case .notAMessage(let detail):
            "not a JSON-RPC 2.0 message: \(detail)"
        case .notEncodable(let detail):
            "a message that cannot be written as JSON: \(detail)"
        }
    }
}
