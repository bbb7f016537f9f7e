import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

@Suite struct StatePatchTests {
    private let key = ServiceKey(service: "Counter", key: "k")
    private let name = Array("name".utf8)

    private func patch(
        _ desk: Desk,
        _ value: String?,
        version: [UInt8]? = nil,
        key: ServiceKey? = nil
    ) throws -> String {
        let state = value.map { [name: Array($0.utf8)] } ?? [:]
        let patch = StatePatch(key: key ?? self.key, newState: state, expectedVersion: version)
        let lines = try desk.turn { .patchState(patch, actor: "test", $0) }
        return lines.first { $0.hasPrefix("answer") }.map { String($0.drop { $0 != " " }.dropFirst(3)) } ?? "no answer"
    }

    private func state(_ desk: Desk) -> String? {
        desk.storage.rows.state[key]?[name].map { String(decoding: $0, as: UTF8.self) }
    }

    private func version(_ desk: Desk) -> [UInt8] {
        StateVersion.digest(
            of: (desk.storage.rows.state[key] ?? [:]).map { StateEntry(key: $0.key, value: $0.value) }
        )
    }

    @Test(
        "versions are those that clients compute",
        arguments: [
            ([(String, String)](), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"),
            ([("name", "bob")], "tDqA04Lj3_qJ-PgNPTecXDGZgpwy6jm2Ni2BYqJIthM"),
            ([("b", "bbb"), ("a", "aaa")], "RVM17P6x18Wp-JnzQ01BzmqCvhAunTOQI_az6Px3Zyk"),
        ]
    )
    func vectors(state: [(String, String)], text: String) {
        let entries = state.map { StateEntry(key: Array($0.0.utf8), value: Array($0.1.utf8)) }
        #expect(base64URL(StateVersion.digest(of: entries)) == text)
    }

    private func base64URL(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        var (bits, count) = (0, 0)
        for byte in bytes {
            bits = bits << 8 | Int(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digits[bits >> count & 63])
            }
        }
        if count > 0 { text.append(digits[bits << (6 - count) & 63]) }
        return text
    }

    @Test func aFreeKeyIsPatchedAtOnce() throws {
        let desk = try Desk()
        #expect(try patch(desk, "bob").hasSuffix("state patched"))
        #expect(state(desk) == "bob")
        #expect(try patch(desk, "eve", version: version(desk)).hasSuffix("state patched"))
        #expect(state(desk) == "eve")
        #expect(try patch(desk, nil).hasSuffix("state patched"))
        #expect(desk.storage.rows.state.isEmpty)
    }

    @Test func onlySoManyChangesWaitForAKey() throws {
        let desk = try Desk()
        for service in 1...2 { try desk.invoke("Counter", "add", key: service == 1 ? "k" : "other") }
        for number in 1...Engine.patchesOfKeyMax {
            #expect(try patch(desk, "v\(number)").hasSuffix("queued"))
        }
        #expect(try patch(desk, "one more").contains("too many changes wait"))
        #expect(try patch(desk, "v", key: ServiceKey(service: "Counter", key: "other")).hasSuffix("queued"))
        try desk.receive(1, output, .end)
        #expect(state(desk) == "v\(Engine.patchesOfKeyMax)")
        #expect(try patch(desk, "again").hasSuffix("state patched"))
        #expect(desk.storage.rows.statePatches.count == 1)
    }

    @Test func changesOfOneTurnCountToo() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k")
        try desk.turn { (engine) throws(StorageError) in
            for number in 1...40 as ClosedRange<UInt64> {
                let patch = StatePatch(key: key, newState: [name: [1]])
                try engine.apply(.patchState(patch, actor: "test", RequestID(rawValue: 1000 + number)))
            }
        }
        #expect(desk.storage.rows.statePatches.count == Engine.patchesOfKeyMax)
    }

    @Test(
        "known fault 46: a patch for another version is refused and changes nothing",
        arguments: [[UInt8](repeating: 1, count: 32), [1], []]
    )
    func wrongVersions(version: [UInt8]) throws {
        let desk = try Desk()
        _ = try patch(desk, "bob")
        #expect(try patch(desk, "eve", version: version).contains("has changed since it was read"))
        #expect(state(desk) == "bob")
    }

    @Test("a held key is patched when its holder is over, before those that came later")
    func patchesQueue() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k")
        #expect(try patch(desk, "bob").hasSuffix("state patch queued"))
        try desk.invoke("Counter", "add", key: "k")
        #expect(state(desk) == nil)
        try desk.receive(
            1,
            command(.setState(key: name, value: Array("own".utf8))),
            output,
            .end
        )
        #expect(state(desk) == "bob")
        #expect(desk.status(2) == .running)
        let start = desk.actions.map(ActionText.line).last ?? ""
        #expect(start.hasPrefix("start 2"))
        #expect(desk.faults.isEmpty, "\(desk.faults)")
    }

    @Test func theLastPatchFreesTheKey() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k")
        _ = try patch(desk, "a")
        _ = try patch(desk, "b")
        try desk.receive(1, output, .end)
        #expect(state(desk) == "b")
        #expect(desk.storage.rows.locks.isEmpty && desk.storage.rows.inbox.isEmpty)
        #expect(desk.storage.rows.statePatches.isEmpty)
        #expect(desk.faults.isEmpty)
    }

    @Test("a queued patch whose version is gone by its turn is dropped and noted")
    func staleQueuedPatches() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k")
        #expect(try patch(desk, "bob", version: version(desk)).hasSuffix("queued"))
        try desk.receive(1, command(.setState(key: name, value: Array("own".utf8))), output, .end)
        #expect(state(desk) == "own")
        #expect(desk.actions.map(ActionText.line).contains("note: state patch of Counter/k dropped"))
        #expect(desk.faults.isEmpty)
    }

    @Test func aQueuedPatchOutlivesTheDaemon() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k")
        _ = try patch(desk, "bob")
        try desk.restart()
        try desk.turn { _ in }
        try desk.operate(1, .kill)
        #expect(state(desk) == "bob")
        #expect(desk.faults.isEmpty)
    }

    @Test func aPatchAndTheEndOfTheHolderMayComeInOneTurn() throws {
        let desk = try Desk()
        try desk.invoke("Counter", "add", key: "k")
        let patch = StatePatch(key: key, newState: [name: [0x61]])
        let id = try desk.id(1)
        try desk.turn { (engine) throws(StorageError) in
            try engine.apply(.patchState(patch, actor: "test", desk.request()))
            try engine.apply(.operate(.kill, id, actor: "test", desk.request()))
        }
        #expect(state(desk) == "a")
        #expect(desk.faults.isEmpty)
    }

    @Test func onlyKeyedServicesHaveState() throws {
        let desk = try Desk()
        let plain = ServiceKey(service: "Greeter", key: "k")
        #expect(try patch(desk, "x", key: plain).hasSuffix("Cannot modify state for service type Service"))
        let unknown = ServiceKey(service: "Nope", key: "k")
        #expect(try patch(desk, "x", key: unknown).contains("service 'Nope' not found"))
        // What a removed service left behind can be cleared.
        #expect(try patch(desk, nil, key: unknown).hasSuffix("state patched"))
        #expect(try patch(desk, "x", key: ServiceKey(service: "Flow", key: "")).hasSuffix("state patched"))
    }
}
