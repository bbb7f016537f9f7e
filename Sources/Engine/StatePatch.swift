import DurableModel
import ServiceProtocol

/// A change of a key's state by an operator: the whole state is replaced (admin-api.md, section 4).
package struct StatePatch: Sendable, Hashable {
    package var key: ServiceKey
    /// The state afterwards, by name; empty removes everything.
    package var newState: [[UInt8]: [UInt8]]
    /// The version that the state must have, 32 bytes; `nil` takes any.
    package var expectedVersion: [UInt8]?

    package init(key: ServiceKey, newState: [[UInt8]: [UInt8]], expectedVersion: [UInt8]? = nil) {
        self.key = key
        self.newState = newState
        self.expectedVersion = expectedVersion
    }

    /// Bytes of names and values.
    package var bytes: Int { newState.reduce(0) { $0 + $1.key.count + $1.value.count } }
}

/// The version of a key's state: a hash of all names and values, so that who edits a state sees that it has changed
/// meanwhile.
package enum StateVersion {
    /// Its length in bytes; clients write it in base64url without padding.
    package static let bytes = 32

    /// The version of a state by name.
    package static func digest(of state: [[UInt8]: [UInt8]]) -> [UInt8] {
        digest(of: state.map { StateEntry(key: $0.key, value: $0.value) })
    }

    /// SHA-256 over the entries sorted by name: for each its place from 0 as eight bytes, 1, the name, 2, the value, 3.
    package static func digest(of entries: [StateEntry]) -> [UInt8] {
        var hash = SHA256()
        let sorted = entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (place, entry) in sorted.enumerated() {
            hash.update(UInt64(place).bigEndianBytes)
            hash.update([1])
            hash.update(entry.key)
            hash.update([2])
            hash.update(entry.value)
            hash.update([3])
        }
        return hash.finalized()
    }
}
