/// A dictionary whose copies share all but what changes between them.
///
/// The catalog is copied at every change, since answers and work beside the core keep the one that they saw. A plain
/// dictionary would then be copied whole, which with ten thousand deployments costs more than all else in a
/// registration; here it is one part of many.
struct SharedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// A power of two: each change copies so many references, and one part.
    private static var parts: Int { 256 }

    private var parts: [[Key: Value]]
    private(set) var count = 0

    init() { parts = Array(repeating: [:], count: Self.parts) }

    init(_ pairs: some Sequence<(key: Key, value: Value)>) {
        self.init()
        for (key, value) in pairs { self[key] = value }
    }

    subscript(key: Key) -> Value? {
        get { parts[Self.part(of: key)][key] }
        set {
            let part = Self.part(of: key)
            let before = parts[part].count
            parts[part][key] = newValue
            count += parts[part].count - before
        }
    }

    /// All values, in no order.
    var values: [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for part in parts { values.append(contentsOf: part.values) }
        return values
    }

    private static func part(of key: Key) -> Int { key.hashValue & (parts - 1) }
}

extension SharedTable: Equatable where Value: Equatable {}
