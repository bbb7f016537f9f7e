import Testing

@testable import Registry

@Suite struct OrderedKeysTests {
    @Test func pagesAreThoseOfASortedListAfterAnyChanges() {
        var entropy = Seeded(state: 7)
        var keys = OrderedKeys(stride(from: 0, to: 3000, by: 3))
        var model = Set(stride(from: 0, to: 3000, by: 3))
        for round in 0..<6000 {
            let key = Int.random(in: 0..<3000, using: &entropy)
            // First it grows, then it shrinks until little is left.
            if Int.random(in: 0..<6000, using: &entropy) > round {
                keys.insert(key)
                model.insert(key)
            } else {
                for key in key..<(key + 4) {
                    keys.remove(key)
                    model.remove(key)
                }
            }
            guard round % 97 == 0 else { continue }
            let limit = Int.random(in: 0...500, using: &entropy)
            let sorted = model.sorted()
            #expect(keys.first(limit, above: key) == Array(sorted.filter { $0 > key }.prefix(limit)))
            #expect(keys.last(limit, below: key) == sorted.filter { $0 < key }.suffix(limit).reversed())
            #expect(keys.first(.max, above: nil) == sorted)
            #expect(keys.last(.max, below: nil) == sorted.reversed())
        }
    }

    @Test func nothingIsFoundAmongNone() {
        var keys = OrderedKeys<Int>([])
        keys.remove(1)
        #expect(keys.first(1, above: nil).isEmpty && keys.last(1, below: nil).isEmpty)
        keys.insert(1)
        keys.insert(1)
        #expect(keys.first(9, above: nil) == [1])
        keys.remove(1)
        #expect(keys.first(1, above: 0).isEmpty && keys.last(1, below: 2).isEmpty)
    }
}
