/// Heads that are to be sent. What comes from outside is made harmless here, once: names become lower case and a name
/// that is no token is left out; control bytes in values, which could end a line and begin a header of the sender's
/// choice, become spaces, and bytes that no target or authority may hold become `_`.
extension HTTPHead {
    /// A response's head. A status that cannot end a response (below 200 or above 999) becomes 500.
    package init(status: Int) {
        self.init(reservingBytes: 192, fields: 8)
        self.status = (200...999).contains(status) ? status : 500
    }

    /// A request's head.
    ///
    /// - Parameters:
    ///   - target: path and query in wire form, beginning with `/`; an empty one becomes `/`.
    ///   - authority: `host` or `host:port` of the endpoint.
    package init(method: HTTPMethod, target: some Collection<UInt8>, authority: some Collection<UInt8>) {
        self.init(reservingBytes: 384, fields: 8)
        self.method = method
        methodPlace = store(method.token)
        targetPlace = target.isEmpty ? store("/" as StaticString) : store(target, replacing: Self.inTarget)
        authorityPlace = store(authority, replacing: Self.inAuthority)
    }

    /// Adds a field whose name and value are known when we are compiled; the name is in lower case.
    package mutating func add(_ name: StaticString, _ value: StaticString) {
        fields.append(Field(name: store(name), value: store(value)))
    }

    /// Adds a field with a value from elsewhere.
    ///
    /// - Parameter unique: the value never comes again, so HTTP/2 shall not put it into its table.
    package mutating func add(_ name: StaticString, _ value: some Collection<UInt8>, unique: Bool = false) {
        let name = store(name)
        fields.append(Field(name: name, value: store(value, replacing: Self.harmless), isUnique: unique))
    }

    /// Adds a field with a text as its value.
    package mutating func add(_ name: StaticString, text: String, unique: Bool = false) {
        add(name, text.utf8, unique: unique)
    }

    /// Adds a field with a name from elsewhere; does nothing and says false when the name is no token or is one of those
    /// that frame a message, which only the sender of the message itself may write.
    @discardableResult
    package mutating func add(name: some Collection<UInt8>, value: some Collection<UInt8>, unique: Bool = false) -> Bool
    {
        guard !name.isEmpty, name.count <= HTTPLimits.headBytesMax, name.allSatisfy(HTTPBytes.isToken) else {
            return false
        }
        let before = bytes.count
        let place = store(name, replacing: HTTPBytes.lowercased)
        guard !isFraming(place) else {
            bytes.removeLast(bytes.count - before)
            return false
        }
        fields.append(Field(name: place, value: store(value, replacing: Self.harmless), isUnique: unique))
        return true
    }

    private func isFraming(_ place: Place) -> Bool {
        switch place.count {
        case 2: matches(place, "te")
        case 4: matches(place, "host")
        case 7: matches(place, "upgrade") || matches(place, "trailer")
        case 10: matches(place, "connection") || matches(place, "keep-alive")
        case 14: matches(place, "content-length")
        case 16: matches(place, "proxy-connection")
        case 17: matches(place, "transfer-encoding")
        default: false
        }
    }

    private static func harmless(_ byte: UInt8) -> UInt8 {
        HTTPBytes.isFieldValue(byte) ? byte : HTTPBytes.space
    }

    private static func inTarget(_ byte: UInt8) -> UInt8 {
        HTTPBytes.isTarget(byte) ? byte : underscore
    }

    private static func inAuthority(_ byte: UInt8) -> UInt8 {
        HTTPBytes.isHost(byte) ? byte : underscore
    }

    private static var underscore: UInt8 { 0x5F }

    private mutating func store(_ text: StaticString) -> Place {
        let start = bytes.count
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        return Place(start, bytes.count)
    }

    /// What callers pass lies in one piece, which spares the generic iteration; the rest is for completeness.
    private mutating func store(_ text: some Collection<UInt8>, replacing: (UInt8) -> UInt8) -> Place {
        let start = bytes.count
        let isStored: Void? = text.withContiguousStorageIfAvailable { buffer in
            bytes.append(contentsOf: buffer)
            var span = bytes.mutableSpan
            for index in start..<span.count { span[index] = replacing(span[index]) }
        }
        if isStored == nil {
            for byte in text { bytes.append(replacing(byte)) }
        }
        return Place(start, bytes.count)
    }
}
