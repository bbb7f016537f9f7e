import DurableModel
import Engine
import Testing

/// Two calls have one id only if all of what names them is the same, byte for byte.
@Suite struct DerivedIDTests {
    private func idempotent(_ service: String, _ key: String?, _ handler: String, _ idempotencyKey: String)
        -> InvocationID
    {
        DerivedID.idempotent(
            target: Target(service: service, key: key, handler: handler),
            idempotencyKey: idempotencyKey
        )
    }

    @Test func theSameNamesGiveTheSameID() {
        #expect(idempotent("S", "k", "h", "i") == idempotent("S", "k", "h", "i"))
        #expect(DerivedID.workflow(service: "W", key: "k") == DerivedID.workflow(service: "W", key: "k"))
    }

    @Test("no part runs into the next, whatever is in them")
    func partsAreKeptApart() {
        let ids = [
            idempotent("a,b", nil, "c", "d"), idempotent("a", nil, "b,c", "d"), idempotent("a", nil, "b", "c,d"),
            idempotent("a", "b", "c", "d"), idempotent("a", "", "b", "d"), idempotent("a", nil, "b", "d"),
            idempotent("a", "b,c", "d", "d"), idempotent("a", "b", "c,d", "d"),
            idempotent("a", "b", "c", "d\u{0}"), idempotent("a", "b", "c\u{0}", "d"),
            DerivedID.workflow(service: "a,b", key: "d"), DerivedID.workflow(service: "a", key: "b,d"),
        ]
        #expect(Set(ids).count == ids.count)
        #expect(Set(ids.map { [$0.high, $0.low] }).count == ids.count)
    }
}
