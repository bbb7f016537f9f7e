/// The id of a request, which its response repeats.
package enum ControlMessageID: Hashable, Sendable, Codable {
    case number(Int64)
    case text(String)

    /// The longest text: it is kept for as long as the request is under way.
    package static let textBytesMax = 128

    /// Decodes a whole number or a short text; JSON-RPC allows null and fractions but advises against both.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int64.self) {
            self = .number(number)
            return
        }
        guard let text = try? container.decode(String.self), text.utf8.count <= Self.textBytesMax else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "an id is a whole number or a text of at most \(Self.textBytesMax) bytes"
            )
        }
        self = .text(text)
    }

    /// Encodes the number or the text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        }
    }
}

/// A request or a notification as it arrived: its head is decoded, its parameters are not yet.
package struct ControlRequest: Sendable {
    /// The id to answer under; nil for a notification, which gets no answer.
    package let id: ControlMessageID?
    /// The method's name as it was sent.
    package let method: String
    private let payload: [UInt8]
    private var decoded: Result<any ControlParameters, ControlError>?

    /// Reads the payload of a frame.
    package init(payload: [UInt8]) throws(ControlProtocolError) {
        let head = try ControlCodec.decode(MessageHead.self, from: payload)
        try head.checkVersion()
        guard let method = head.method else { throw .notAMessage(detail: "it has no member \"method\"") }
        self.id = head.id
        self.method = method
        self.payload = payload
    }

    /// Decodes the parameters of a known method ahead of time, where that may take long: `parameters` then has them,
    /// or what is wrong with them, at once.
    package mutating func decodeParameters() {
        guard let type = ControlMethod(rawValue: method)?.parametersType else { return }
        do throws(ControlError) {
            decoded = .success(try decode(type))
        } catch {
            decoded = .failure(error)
        }
    }

    /// The parameters, complete and of the right types, or an `invalid-parameters` error that names what is wrong.
    package func parameters<P: ControlParameters>(_ type: P.Type) throws(ControlError) -> P {
        if let decoded, let parameters = try decoded.get() as? P { return parameters }
        return try decode(type)
    }

    private func decode<P: ControlParameters>(_ type: P.Type) throws(ControlError) -> P {
        do throws(ControlProtocolError) {
            let names = try ControlCodec.decode(ParameterNames.self, from: payload).params ?? [:]
            if let unknown = names.keys.sorted().first(where: { !P.memberNames.contains($0) }) {
                let known =
                    P.memberNames.isEmpty ? "it takes none" : "it takes " + P.memberNames.joined(separator: ", ")
                throw ControlProtocolError.notAMessage(detail: "\(method) has no parameter \"\(unknown)\"; \(known)")
            }
            if let parameters = try ControlCodec.decode(Envelope<P>.self, from: payload).params { return parameters }
            return try ControlCodec.decode(P.self, from: Array("{}".utf8))
        } catch {
            guard case .notAMessage(let detail) = error else {
                throw ControlError(.invalidParameters, error.description)
            }
            throw ControlError(.invalidParameters, detail)
        }
    }

    private struct Envelope<P: Decodable>: Decodable { let params: P? }
    private struct ParameterNames: Decodable { let params: [String: Anything]? }
    private struct Anything: Decodable { init(from decoder: any Decoder) {} }
}

/// What an answering end sends: a response, or a notification on the way to it.
package enum ControlAnswer: Sendable {
    case result(id: ControlMessageID, ControlPayload)
    case failure(id: ControlMessageID?, ControlError)
    case notification(method: String, ControlPayload)

    /// Reads the payload of a frame.
    package init(payload: [UInt8]) throws(ControlProtocolError) {
        let head = try ControlCodec.decode(MessageHead.self, from: payload)
        try head.checkVersion()
        if let method = head.method {
            self = .notification(method: method, ControlPayload(bytes: payload))
        } else if let error = head.error {
            self = .failure(id: head.id, error)
        } else if let id = head.id {
            self = .result(id: id, ControlPayload(bytes: payload))
        } else {
            throw .notAMessage(detail: "it is neither a request nor a response")
        }
    }
}

/// The undecoded result of a response or parameters of a notification.
package struct ControlPayload: Hashable, Sendable {
    let bytes: [UInt8]

    private struct ResultEnvelope<R: Decodable>: Decodable { let result: R }
    private struct ParameterEnvelope<P: Decodable>: Decodable { let params: P }

    /// The result of a response.
    package func result<R: Decodable>(_ type: R.Type) throws(ControlProtocolError) -> R {
        try ControlCodec.decode(ResultEnvelope<R>.self, from: bytes).result
    }

    /// The parameters of a notification.
    package func parameters<P: Decodable>(_ type: P.Type) throws(ControlProtocolError) -> P {
        try ControlCodec.decode(ParameterEnvelope<P>.self, from: bytes).params
    }
}

/// What tells the kinds of message apart.
private struct MessageHead: Decodable {
    let jsonrpc: String?
    let id: ControlMessageID?
    let method: String?
    let error: ControlError?

    func checkVersion() throws(ControlProtocolError) {
        guard jsonrpc == ControlCodec.jsonrpc else { throw .notAMessage(detail: "\"jsonrpc\" must be \"2.0\"") }
    }
}
