import DurableModel

/// What an endpoint says of itself in answer to a discovery: its services, checked and resolved (discovery.md,
/// section 2).
package struct Manifest: Hashable, Sendable {
    package var mode: ProtocolMode
    /// The service protocol versions that the SDK speaks.
    package var protocolVersions: ClosedRange<Int>
    /// Sorted by name, each name once, their handlers likewise.
    package var services: [Service]

    /// An SDK's manifest has some hundred bytes a handler; schemas may make it a few kilobytes.
    package static let bytesMax = 8 << 20
    /// Schemas nest; nothing else does. Also what keeps the readers of JSON from recursing at a peer's will.
    package static let depthMax = 64

    /// Reads a manifest of any version. Unknown fields are accepted, and fields of a newer version than was asked for.
    package static func decode(_ bytes: [UInt8]) throws(ManifestError) -> Manifest {
        guard bytes.count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        guard JSONNesting.depth(of: bytes, atMost: depthMax) != nil else { throw .tooDeep(depthMax: depthMax) }
        let document = try ManifestDocument.decode(bytes)
        guard let mode = document.protocolMode else { throw .protocolModeMissing }
        let (low, high) = (document.minProtocolVersion, document.maxProtocolVersion)
        guard low <= high else { throw .emptyVersionRange(low: low, high: high) }
        var services: [String: Service] = [:]
        for service in document.services {
            services[service.name] = try service.resolved()
        }
        return Manifest(
            mode: mode == .bidiStream ? .bidiStream : .requestResponse,
            protocolVersions: low...high,
            services: services.values.sorted { $0.name < $1.name }
        )
    }
}

/// How deep a JSON text nests, found without reading it.
enum JSONNesting {
    /// The depth of the deepest place, `nil` if it is beyond the limit. Of what is no JSON it is some number.
    static func depth(of bytes: [UInt8], atMost limit: Int) -> Int? {
        var depth = 0
        var deepest = 0
        var isInString = false
        var isEscaped = false
        for byte in bytes {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                deepest = max(deepest, depth)
                guard depth <= limit else { return nil }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return deepest
    }
}
