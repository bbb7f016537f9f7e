/// Distinct keys in ascending order, kept so as they come and go: a page of a listing then costs what is on it, however
/// many there are.
struct OrderedKeys<Key: Comparable & Sendable>: Sendable {
    /// Ascending.
    private(set) var keys: [Key]

    /// Takes distinct keys in any order.
    init(_ keys: some Sequence<Key>) { self.keys = keys.sorted() }

    mutating func insert(_ key: Key) {
        let place = place(of: key)
        guard place == keys.count || keys[place] != key else { return }
        keys.insert(key, at: place)
    }

    mutating func remove(_ key: Key) {
        let place = place(of: key)
        if place < keys.count, keys[place] == key { keys.remove(at: place) }
    }

    /// Those above the key, whether it is there or not; all without one.
    func above(_ key: Key?) -> ArraySlice<Key> {
        guard let key else { return keys[...] }
        let place = place(of: key)
        return keys[(place < keys.count && keys[place] == key ? place + 1 : place)...]
    }

    /// Those below the key, whether it is there or not; all without one.
    func below(_ key: Key?) -> ArraySlice<Key> { key.map { keys[..<place(of: $0)] } ?? keys[...] }

    /// Where the key stands or would stand.
    private func place(of key: Key) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = low + (high - low) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
