import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

/// What the store compares by bytes, a turn compares by bytes: two spellings of the same characters are two keys.
@Suite struct SpellingTests {
    private let spellings = ["\u{e9}", "e\u{301}"]

    @Test func spellingsOfAKeyHaveLocksOfTheirOwnWithinATurn() throws {
        let desk = try Desk()
        try desk.turn { (engine) throws(StorageError) in
            for (index, key) in spellings.enumerated() {
                let target = Target(service: "Counter", key: key, handler: "add")
                let request = InvokeRequest(target: target, input: [], waitsForResult: false)
                try engine.apply(.invoke(request, RequestID(rawValue: 100 + UInt64(index))))
            }
        }
        #expect(desk.status(1) == .running && desk.status(2) == .running)
        #expect(desk.storage.rows.locks.count == 2)
    }

    @Test func spellingsOfAKeyHaveStateOfTheirOwnWithinATurn() throws {
        let desk = try Desk()
        for key in spellings { try desk.invoke("Counter", "add", key: key) }
        let attempts = try [1, 2].map { try #require(desk.attempt(of: $0)) }
        let name = Array("n".utf8)
        try desk.turn { (engine) throws(StorageError) in
            for attempt in attempts {
                let set = command(.setState(key: name, value: [UInt8(attempt.invocation.rawValue)]))
                try engine.apply(.attempt(attempt.id, .received([set.frame(version: 7)])))
            }
        }
        for (index, key) in spellings.enumerated() {
            let stored = try desk.storage.state(of: ServiceKey(service: "Counter", key: key), named: name)
            #expect(stored == [UInt8(index + 1)])
        }
    }

    @Test func anotherSpellingOfAServiceOrHandlerIsUnknown() throws {
        let service = Service(
            name: "Kiosk",
            type: .service,
            handlers: [Handler(name: "look", type: .plain), Handler(name: "\u{e9}", type: .plain)]
        )
        let desk = try Desk(services: [service])
        #expect(try desk.invoke("Kiosk", "\u{e9}").first?.hasPrefix("answer 2: accepted") ?? false)
        for (name, handler) in [("\u{212a}iosk", "look"), ("Kiosk", "e\u{301}")] {
            #expect(try desk.invoke(name, handler).first?.contains("refused") ?? false, "\(name) \(handler)")
        }
    }

    @Test func aCallByAnIDOfAnotherServerIsAnUnknownInvocation() throws {
        let desk = try Desk()
        let id = InvocationID(partitionKey: .max, high: 1, low: 2)
        #expect(try desk.turn { .attach(id, $0) } == ["answer 2: refused: invocation '\(id)' not found"])
        try desk.invoke()
        let own = try desk.id(1)
        let foreign = InvocationID(partitionKey: own.partitionKey | 1 << 63, high: own.high, low: own.low)
        #expect(
            try desk.terminate(foreign, .kill)
                == ["answer 4: refused: The requested invocation '\(foreign)' does not exist"]
        )
    }
}
