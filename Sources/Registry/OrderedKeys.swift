/// Distinct keys in ascending order, kept so as they come and go: a page of a listing then costs what is on it, however
/// many there are. In runs, so that a change to a copy touches one of them and not all.
struct OrderedKeys<Key: Comparable & Sendable>: Sendable {
    /// A run of this many is cut in two; two neighbours that together have less than half of it become one.
    private static var runMax: Int { 256 }

    /// Ascending, and so is each; none is empty.
    private var runs: [[Key]] = []

    /// Takes distinct keys in any order.
    init(_ keys: some Sequence<Key>) {
        let sorted = keys.sorted()
        let step = Self.runMax / 2
        runs = stride(from: 0, to: sorted.count, by: step).map { Array(sorted[$0..<min($0 + step, sorted.count)]) }
    }

    mutating func insert(_ key: Key) {
        guard !runs.isEmpty else { return runs = [[key]] }
        let run = min(runs.place { $0[$0.count - 1] < key }, runs.count - 1)
        let place = runs[run].place { $0 < key }
        guard place == runs[run].count || runs[run][place] != key else { return }
        runs[run].insert(key, at: place)
        guard runs[run].count >= Self.runMax else { return }
        let upper = Array(runs[run][(Self.runMax / 2)...])
        runs[run].removeSubrange((Self.runMax / 2)...)
        runs.insert(upper, at: run + 1)
    }

    mutating func remove(_ key: Key) {
        let run = runs.place { $0[$0.count - 1] < key }
        guard run < runs.count else { return }
        let place = runs[run].place { $0 < key }
        guard runs[run][place] == key else { return }
        runs[run].remove(at: place)
        if runs[run].isEmpty {
            runs.remove(at: run)
        } else if run + 1 < runs.count, runs[run].count + runs[run + 1].count < Self.runMax / 2 {
            runs[run] += runs.remove(at: run + 1)
        }
    }

    /// The first of those above the key, whether it is there or not, ascending; of all without one.
    func first(_ limit: Int, above key: Key?) -> [Key] {
        var run = key.map { key in runs.place { $0[$0.count - 1] <= key } } ?? 0
        var found: [Key] = []
        while run < runs.count, found.count < limit {
            let rest = key.map { key in runs[run][runs[run].place { $0 <= key }...] } ?? runs[run][...]
            found.append(contentsOf: rest.prefix(limit - found.count))
            run += 1
        }
        return found
    }

    /// The last of those below the key, whether it is there or not, descending; of all without one.
    func last(_ limit: Int, below key: Key?) -> [Key] {
        var run = min(key.map { key in runs.place { $0[$0.count - 1] < key } } ?? runs.count, runs.count - 1)
        var found: [Key] = []
        while run >= 0, found.count < limit {
            let rest = key.map { key in runs[run][..<runs[run].place { $0 < key }] } ?? runs[run][...]
            found.append(contentsOf: rest.suffix(limit - found.count).reversed())
            run -= 1
        }
        return found
    }
}

extension Array {
    /// How many elements come before; those for which it is true stand before all others.
    fileprivate func place(_ comesBefore: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if comesBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
