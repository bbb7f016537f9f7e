import FoundationEssentials

/// Messages to bytes and back.
package enum ControlCodec {
    static let jsonrpc = "2.0"

    private struct Request<P: Encodable>: Encodable {
        let jsonrpc = ControlCodec.jsonrpc
        let id: ControlMessageID?
        let method: String
        let params: P
    }

    private struct Success<R: Encodable>: Encodable {
        let jsonrpc = ControlCodec.jsonrpc
        let id: ControlMessageID
        let result: R
    }

    private struct Failure: Encodable {
        let id: ControlMessageID?
        let error: ControlError

        private enum CodingKeys: String, CodingKey { case jsonrpc, id, error }

        /// Unlike a synthesized encoding this writes `"id":null`, as JSON-RPC demands where the id is not known.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(ControlCodec.jsonrpc, forKey: .jsonrpc)
            try container.encode(id, forKey: .id)
            try container.encode(error, forKey: .error)
        }
    }

    /// The frame of a request.
    package static func request<P: Encodable>(
        id: ControlMessageID,
        method: String,
        _ parameters: P
    ) throws(ControlProtocolError) -> [UInt8] {
        let message = Request(id: id, method: method, params: parameters)
        return try ControlFrame.encode(try json(message), bytesMax: ControlFrame.requestBytesMax)
    }

    /// The frame of a notification, which the answering end sends.
    package static func notification<P: Encodable>(
        method: String,
        _ parameters: P
    ) throws(ControlProtocolError) -> [UInt8] {
        let message = Request(id: nil, method: method, params: parameters)
        return try ControlFrame.encode(try json(message), bytesMax: ControlFrame.answerBytesMax)
    }

    /// The frame of a response that carries a result. One that is too long for a frame becomes an
    /// `answer-too-large` error, so that every request is answered.
    package static func response<R: Encodable>(id: ControlMessageID, result: R) -> [UInt8] {
        do throws(ControlProtocolError) {
            let message = Success(id: id, result: result)
            return try ControlFrame.encode(try json(message), bytesMax: ControlFrame.answerBytesMax)
        } catch {
            if case .frameTooLarge = error { return response(id: id, error: ControlError(.answerTooLarge)) }
            return response(id: id, error: ControlError(error))
        }
    }

    /// The frame of a response that carries an error; `id` is nil when the request could not be read.
    package static func response(id: ControlMessageID?, error: ControlError) -> [UInt8] {
        let attempts = [error, ControlError(.internalError)]
        for attempt in attempts {
            let message = Failure(id: id, error: attempt)
            if let payload = try? json(message),
                let frame = try? ControlFrame.encode(payload, bytesMax: ControlFrame.answerBytesMax)
            {
                return frame
            }
        }
        // An error of constant text and a short id can always be written.
        return []
    }

    /// Reads one JSON object, with all the checks of a frame that came from elsewhere.
    package static func decode<T: Decodable>(_ type: T.Type, from payload: [UInt8]) throws(ControlProtocolError) -> T {
        try JSONText.checkObject(payload)
        do {
            return try JSONDecoder().decode(type, from: Data(payload))
        } catch let error as DecodingError {
            throw explain(error)
        } catch let fault as MemberFault {
            throw .notAMessage(detail: fault.detail)
        } catch {
            throw .notJSON(detail: "it does not follow the grammar")
        }
    }

    /// The JSON text of a value, members in alphabetic order so that the same value always has the same bytes.
    package static func json<T: Encodable>(_ value: T, pretty: Bool = false) throws(ControlProtocolError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw .notEncodable(detail: "a number that JSON has no form for, or a value nested too deep")
        }
    }

    /// Says where a message departs from its shape, in words for who wrote it.
    private static func explain(_ error: DecodingError) -> ControlProtocolError {
        switch error {
        case .keyNotFound(let key, let context):
            .notAMessage(detail: "\(place(context.codingPath + [key])) is missing")
        case .valueNotFound(_, let context):
            .notAMessage(detail: "\(place(context.codingPath)) must not be null")
        case .typeMismatch(let type, let context):
            .notAMessage(detail: "\(place(context.codingPath)) must be \(name(of: type))")
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            .notJSON(detail: "it does not follow the grammar")
        case .dataCorrupted(let context):
            .notAMessage(detail: "\(place(context.codingPath)) has a value that cannot be used")
        @unknown default:
            .notAMessage(detail: "it does not have the shape of this message")
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        let steps = path.map { key in key.intValue.map { "[\($0)]" } ?? "." + key.stringValue }
        return "\"" + steps.joined().dropFirst(steps.first?.hasPrefix(".") == true ? 1 : 0) + "\""
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is Bool.Type: "true or false"
        case is String.Type: "a string"
        case is any FixedWidthInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is [String: Any].Type: "an object"
        case is [Any].Type: "an array"
        default: "of another type"
        }
    }
}
