import DurableModel
import HTTP

/// Why a header cannot be sent along with a deployment's requests. Values are not repeated: they are often credentials.
package enum AdditionalHeaderError: Error, Hashable, Sendable {
    case malformedName(String)
    /// A name that frames a message or belongs to the protocol, which only the sender of a request may write.
    case reservedName(String)
    case malformedValue(name: String)
    case tooLarge(bytesMax: Int)

    /// One sentence for the operator.
    package var message: String {
        switch self {
        case .malformedName(let name): "the additional header '\(name)' has a name that no header can have"
        case .reservedName(let name): "the additional header '\(name)' is set by the server itself; remove it"
        case .malformedValue(let name):
            "the value of the additional header '\(name)' holds control characters or ones outside ASCII; encode it"
        case .tooLarge(let max): "the additional headers are larger than \(max) bytes together; shorten them"
        }
    }
}

extension AdditionalHeader {
    /// Names and values of one deployment together; a quarter of what most servers take as a whole head.
    package static let bytesMax = 4096

    /// Checks and normalises what an operator gave: names in lower case, sorted by name, so that equal sets compare equal.
    package static func checked(
        _ headers: some Sequence<(key: String, value: String)>
    ) throws(AdditionalHeaderError) -> [AdditionalHeader] {
        var checked: [AdditionalHeader] = []
        var bytes = 0
        for (key, value) in headers {
            let name = key.lowercased()
            var head = HTTPHead(status: 200)
            guard name.utf8.allSatisfy(isToken), !name.isEmpty else { throw .malformedName(key.quotable) }
            guard head.add(name: name.utf8, value: value.utf8), !reserved.contains(name) else {
                throw .reservedName(name.quotable)
            }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f || $0 == 0x09 }) else {
                throw .malformedValue(name: name.quotable)
            }
            bytes += name.utf8.count + value.utf8.count
            guard bytes <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
            checked.append(AdditionalHeader(name: name, value: value))
        }
        return checked.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
    }

    /// What every request of ours has already; a second one would make the endpoint choose.
    private static let reserved: Set<String> = [
        "accept", "content-type", "x-restate-invocation-id", "x-restate-service-key", "x-restate-signature-scheme",
        "x-restate-jwt-v1",
    ]

    private static func isToken(_ byte: UInt8) -> Bool {
        guard byte > 0x20, byte < 0x7f else { return false }
        return !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
    }
}
