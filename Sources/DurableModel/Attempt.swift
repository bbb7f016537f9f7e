/// One message of the service protocol as it is framed: type code, acknowledgement flag and payload without header.
/// Journal entries are stored in this form, byte for byte as they came off the wire.
package struct MessageFrame: Sendable, Hashable {
    /// The message type code of the frame header.
    package var type: UInt16
    /// Whether the REQUESTED_ACK flag of the header was set.
    package var requestedAck: Bool
    package var payload: [UInt8]

    package init(type: UInt16, requestedAck: Bool = false, payload: [UInt8]) {
        self.type = type
        self.requestedAck = requestedAck
        self.payload = payload
    }

    /// Appends header and payload as they go over the wire (service-protocol.md, section 1).
    package func encode(into bytes: inout [UInt8]) {
        let header =
            UInt64(type) << 48 | (requestedAck ? 0x0000_8000_0000_0000 : 0) | UInt64(truncatingIfNeeded: payload.count)
        bytes.reserveCapacity(bytes.count + 8 + payload.count)
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: header >> UInt64(shift)))
        }
        bytes.append(contentsOf: payload)
    }
}

/// All that is needed to run one attempt against its deployment: decided by the engine, carried out by `Endpoints`.
package struct AttemptOrder: Sendable, Hashable {
    package var attempt: AttemptID
    package var invocation: InvocationID
    package var deployment: DeploymentID
    package var address: DeploymentAddress
    package var httpVersion: HTTPVersion
    package var additionalHeaders: [AdditionalHeader]
    /// Whether the request's body stays open for notifications; otherwise it ends after `opening`.
    package var keepsInputOpen: Bool
    /// 5 to 7; named in the content type.
    package var protocolVersion: Int
    package var service: String
    package var handler: String
    /// Of keyed targets only.
    package var key: String?
    /// The framed Start message and the journal, ready to be sent.
    package var opening: [UInt8]
    /// The largest message payload accepted from the service.
    package var messageBytesMax: Int

    package init(
        attempt: AttemptID,
        invocation: InvocationID,
        deployment: DeploymentID,
        address: DeploymentAddress,
        httpVersion: HTTPVersion,
        additionalHeaders: [AdditionalHeader],
        keepsInputOpen: Bool,
        protocolVersion: Int,
        service: String,
        handler: String,
        key: String?,
        opening: [UInt8],
        messageBytesMax: Int
    ) {
        self.attempt = attempt
        self.invocation = invocation
        self.deployment = deployment
        self.address = address
        self.httpVersion = httpVersion
        self.additionalHeaders = additionalHeaders
        self.keepsInputOpen = keepsInputOpen
        self.protocolVersion = protocolVersion
        self.service = service
        self.handler = handler
        self.key = key
        self.opening = opening
        self.messageBytesMax = messageBytesMax
    }
}

/// What the transport of an attempt reports. It says what happened; what follows from it is decided elsewhere.
package enum AttemptEvent: Sendable, Hashable {
    /// A 2xx head with the right content type came; `server` is its `x-restate-server`.
    case responded(server: String?)
    /// Whole messages of the service, in order.
    case received([MessageFrame])
    /// The response body ended.
    case ended
    /// The exchange failed; nothing follows.
    case failed(AttemptTransportFailure)
}

/// Why the exchange of an attempt failed, before any judgement (service-protocol.md, section 3).
package enum AttemptTransportFailure: Sendable, Hashable {
    /// No connection, or it broke: what was attempted and what the system said.
    case network(String)
    /// A status other than 2xx, with the seconds of `Retry-After` if the status gives them a meaning.
    case status(Int, retryAfter: Interval?)
    /// 2xx with this content type instead of the requested one.
    case contentType(String?)
    /// The response came compressed, which no attempt asks for.
    case contentEncoding(String)
    /// A message whose header announces more than the limit.
    case messageTooLarge(type: UInt16, bytes: Int, limit: Int)
    /// The bytes are no frames of the protocol.
    case malformedFrame(String)
}
