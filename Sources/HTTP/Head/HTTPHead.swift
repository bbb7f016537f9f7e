/// The head of a request or a response, received or to be sent, in either version: one flat run of bytes and the
/// places of names and values in it. Names are in lower case. No header is a `String` unless somebody asks for one.
///
/// The target, the authority and the method's token lie in the same bytes; `host` counts as authority where there is no
/// `:authority`, so that a face reads both versions alike.
package struct HTTPHead: Sendable {
    /// A run inside `bytes`; 32 bits are plenty, since heads are limited far below (`HTTPLimits`).
    struct Place: Sendable, Hashable {
        var start: UInt32 = 0
        var count: UInt32 = 0

        init() {}

        init(_ start: Int, _ end: Int) {
            self.start = UInt32(truncatingIfNeeded: start)
            self.count = UInt32(truncatingIfNeeded: end &- start)
        }

        var range: Range<Int> { Int(start)..<(Int(start) + Int(count)) }
    }

    struct Field: Sendable, Hashable {
        var name: Place
        var value: Place
        /// The value never comes again (an id, a signature): HTTP/2 keeps it out of its tables.
        var isUnique = false
    }

    var bytes: [UInt8]
    var fields: [Field] = []
    var methodPlace = Place()
    var targetPlace = Place()
    var authorityPlace = Place()

    /// The sender's version, which decides what may be sent back.
    package internal(set) var version = HTTPVersion.http1_1
    /// Of a request; `.get` in a response.
    package internal(set) var method = HTTPMethod.get
    /// Of a response, 100 to 999; 0 in a request.
    package internal(set) var status = 0
    /// What `content-length` said, when it was there.
    package internal(set) var contentLength: Int?
    /// The sender lets this connection live on after the message.
    package internal(set) var keepsAlive = true
    /// The client waits for `100 Continue` before it sends the body.
    package internal(set) var expectsContinue = false

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// An empty head with room for a usual one.
    init(reservingBytes: Int, fields fieldCount: Int) {
        bytes = []
        bytes.reserveCapacity(reservingBytes)
        fields.reserveCapacity(fieldCount)
    }

    /// Path and query, exactly as they came; never empty in a request that was accepted.
    package var target: ArraySlice<UInt8> { slice(targetPlace) }

    /// The target up to the first `?`.
    package var path: ArraySlice<UInt8> {
        let target = target
        return target.firstIndex(of: HTTPBytes.questionMark).map { target[..<$0] } ?? target
    }

    /// What follows the first `?` of the target, or nil when there is none.
    package var query: ArraySlice<UInt8>? {
        let target = target
        return target.firstIndex(of: HTTPBytes.questionMark).map { target[($0 + 1)...] }
    }

    /// `:authority`, the host of an absolute target, or else `host`; empty where a client sent none of them.
    package var authority: ArraySlice<UInt8> {
        authorityPlace.count > 0 ? slice(authorityPlace) : value(of: "host") ?? []
    }

    @inline(__always)
    func slice(_ place: Place) -> ArraySlice<UInt8> {
        bytes[place.range]
    }
}

// MARK: - Looking up

extension HTTPHead {
    /// Fields, repeated ones counted each; pseudo-headers of HTTP/2 are no fields.
    package var fieldCount: Int { fields.count }

    /// The name of field `index` (0 to `fieldCount - 1`), in lower case.
    package func name(at index: Int) -> ArraySlice<UInt8> { slice(fields[index].name) }

    /// The value of field `index`, without the white space around it.
    package func value(at index: Int) -> ArraySlice<UInt8> { slice(fields[index].value) }

    /// The value of the first field of that name (in lower case), or nil.
    package func value(of name: StaticString) -> ArraySlice<UInt8>? {
        index(of: name).map { slice(fields[$0].value) }
    }

    /// The first field's value as text; bytes that are no UTF-8 become U+FFFD. Allocates: not for the hot path.
    package func text(of name: StaticString) -> String? {
        value(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether the first field of that name is there and its value is exactly `text`.
    package func has(_ name: StaticString, _ text: StaticString) -> Bool {
        guard let index = index(of: name) else { return false }
        let place = fields[index].value
        return matches(place, text)
    }

    /// How many fields have that name.
    package func count(of name: StaticString) -> Int {
        var found = 0
        for field in fields where matches(field.name, name) { found += 1 }
        return found
    }

    func index(of name: StaticString) -> Int? {
        for index in fields.indices where matches(fields[index].name, name) { return index }
        return nil
    }

    @inline(__always)
    func matches(_ place: Place, _ text: StaticString) -> Bool {
        guard Int(place.count) == text.utf8CodeUnitCount else { return false }
        let start = Int(place.start)
        let other = text.utf8Start
        for offset in 0..<Int(place.count) where bytes[start + offset] != other[offset] { return false }
        return true
    }
}
