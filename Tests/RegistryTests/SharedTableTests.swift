import Testing

@testable import Registry

@Suite struct SharedTableTests {
    @Test func itHoldsWhatADictionaryHoldsAfterAnyChanges() {
        var entropy = Seeded(state: 7)
        var table = SharedTable<Int, Int>()
        var model: [Int: Int] = [:]
        for _ in 0..<5000 {
            let key = Int.random(in: 0..<700, using: &entropy)
            let value = Bool.random(using: &entropy) ? Int.random(in: 0..<9, using: &entropy) : nil
            table[key] = value
            model[key] = value
        }
        #expect(table.count == model.count)
        #expect(table.values.sorted() == model.values.sorted())
        #expect((0..<700).allSatisfy { table[$0] == model[$0] })
        #expect(table == SharedTable(model))
    }

    @Test func aCopyKeepsWhatItSaw() {
        var table = SharedTable([1: "a", 2: "b"])
        let seen = table
        table[1] = "c"
        table[2] = nil
        table[3] = "d"
        #expect(seen == SharedTable([1: "a", 2: "b"]))
        #expect(table == SharedTable([1: "c", 3: "d"]))
        #expect(seen != table)
    }
}
