import HTTP

/// The payload of the Input command that a call from outside becomes: its headers and its body, written straight from
/// the request's bytes (service-protocol.md: field 1 repeated headers, field 14 the value).
enum InputPayload {
    private static let ingressPathName = Array("x-restate-ingress-path".utf8)

    /// First a header with path and query, then all headers of the request but those that are about the exchange
    /// itself; of repeated ones the first. Throws `badHeader` for a value that is not visible ASCII.
    static func encode(head: HTTPHead, body: [UInt8]) throws(IngressRefusal) -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(body.count + head.target.count + 64 + head.fieldCount * 48)
        appendHeader(name: ingressPathName[...], value: head.target, to: &payload)
        for index in 0..<head.fieldCount {
            let name = head.name(at: index)
            guard !isOfTheExchange(name), !isRepeated(name, before: index, in: head) else { continue }
            let value = head.value(at: index)
            guard value.isVisibleASCII else { throw .badHeader(name.text) }
            appendHeader(name: name, value: value, to: &payload)
        }
        appendValue(body, to: &payload)
        return payload
    }

    private static func isOfTheExchange(_ name: ArraySlice<UInt8>) -> Bool {
        switch name.count {
        case 4: name.equals("host")
        case 10: name.equals("connection")
        case 15: name.equals("idempotency-key")
        case 19: name.equals("idempotency-expires")
        default: false
        }
    }

    private static func isRepeated(_ name: ArraySlice<UInt8>, before index: Int, in head: HTTPHead) -> Bool {
        for earlier in 0..<index where head.name(at: earlier) == name { return true }
        return false
    }

    private static func appendHeader(
        name: ArraySlice<UInt8>,
        value: ArraySlice<UInt8>,
        to payload: inout [UInt8]
    ) {
        payload.append(fieldTag(1))
        appendVarint(fieldBytes(name.count) + fieldBytes(value.count), to: &payload)
        appendField(1, name, to: &payload)
        appendField(2, value, to: &payload)
    }

    /// The value is there even when it is empty, as what the server writes for an empty body.
    private static func appendValue(_ body: [UInt8], to payload: inout [UInt8]) {
        payload.append(fieldTag(14))
        appendVarint(fieldBytes(body.count), to: &payload)
        appendField(1, body[...], to: &payload)
    }

    private static func appendField(_ number: UInt8, _ bytes: ArraySlice<UInt8>, to payload: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        payload.append(fieldTag(number))
        appendVarint(bytes.count, to: &payload)
        payload.append(contentsOf: bytes)
    }

    /// Tag of a length-delimited field; the numbers used here are below 16.
    private static func fieldTag(_ number: UInt8) -> UInt8 { number << 3 | 2 }

    /// What a field of that many bytes takes, tag and length included; nothing when it is empty.
    private static func fieldBytes(_ count: Int) -> Int {
        count == 0 ? 0 : 1 + varintBytes(count) + count
    }

    private static func varintBytes(_ value: Int) -> Int {
        max(1, (Int.bitWidth - value.leadingZeroBitCount + 6) / 7)
    }

    private static func appendVarint(_ value: Int, to payload: inout [UInt8]) {
        var rest = UInt64(clamping: value)
        while rest >= 0x80 {
            payload.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        payload.append(UInt8(truncatingIfNeeded: rest))
    }
}
