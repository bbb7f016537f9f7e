import DurableModel
import Engine
import Introspection
import Testing

/// Rows that a statement meets more than once, under an OR or on the far side of a join, are told from one another.
@Suite struct RowIdentityTests {
    /// Two handlers of two keys and a plain one, in several states; each with a journal, a state and a place in an inbox.
    private func world() throws -> QueryWorld {
        let world = try QueryWorld()
        let targets = [
            Target(service: "Counter", key: "a", handler: "add"), Target(service: "Counter", key: "b", handler: "add"),
            Target(service: "Greeter", key: nil, handler: "greet"),
        ]
        let statuses: [InvocationStatus] = [.completed, .suspended, .running]
        for number in 1...18 as ClosedRange<Int64> {
            let target = targets[Int(number % 3)]
            let status = statuses[Int(number / 3 % 3)]
            try world.add(QueryWorld.invocation(number, status: status, target: target), input: [1])
        }
        try world.commit { writes in
            for (number, target) in targets.enumerated() where target.key != nil {
                let key = ServiceKey(service: target.service, key: target.key ?? "")
                let holder = InvocationNumber(rawValue: Int64(3 + number))
                writes.locks[key] = .some(holder)
                for sequence in 0..<3 as Range<Int64> {
                    writes.addedInbox.append(
                        InboxEntry(key: key, sequence: 10 * sequence + Int64(number), invocation: holder)
                    )
                }
                for name in ["x", "y"] { writes.state[key, default: .init()].values[Array(name.utf8)] = [1] }
            }
        }
        return world
    }

    @Test(arguments: [
        (
            "sys_invocation",
            "(status = 'completed' AND target_service_name = 'Counter') OR (status = 'suspended' AND target_service_name = 'Greeter')"
        ),
        (
            "sys_invocation",
            "(target_service_name = 'Counter' AND target_service_key = 'a') OR (target_service_name = 'Counter' AND target_service_key = 'b')"
        ),
        (
            "sys_invocation",
            "(target_handler_name = 'add' AND status != 'completed') OR (target_handler_name = 'greet' AND status != 'completed')"
        ),
        ("sys_invocation", "status = 'completed' OR status = 'suspended' OR target_service_key = 'a'"),
        (
            "sys_inbox",
            "(service_name = 'Counter' AND service_key = 'a') OR (service_name = 'Counter' AND service_key = 'b')"
        ),
        (
            "sys_keyed_service_status",
            "(service_name = 'Counter' AND service_key = 'a') OR (service_name = 'Counter' AND service_key = 'b')"
        ),
        (
            "state",
            "(service_name = 'Counter' AND service_key = 'a') OR (service_name = 'Counter' AND service_key = 'b')"
        ),
        ("sys_journal", "(id = '\(QueryWorld.id(1))' AND index = 0) OR (id = '\(QueryWorld.id(2))' AND index = 0)"),
    ])
    func conditionsJoinedByOrFindEachRowOnce(table: String, condition: String) throws {
        let world = try world()
        let narrowed = try world.column("SELECT count(*) FROM \(table) WHERE \(condition)")
        let counted = try world.column("SELECT sum(CASE WHEN \(condition) THEN 1 ELSE 0 END) FROM \(table)")
        #expect(narrowed == counted)
        #expect(narrowed != [.integer(0)])
    }

    @Test func outerJoinsKeepEachRowThatHasNoOther() throws {
        let world = try world()
        let all = try world.column("SELECT count(*) FROM sys_invocation")
        #expect(
            try world.column("SELECT count(*) FROM sys_invocation a RIGHT JOIN sys_invocation b ON a.id = b.id") == all
        )
        #expect(
            try world.column("SELECT count(*) FROM sys_invocation a FULL JOIN sys_invocation b ON a.id = b.id") == all
        )
        let unmatched = """
            SELECT count(*) FROM sys_inbox b RIGHT JOIN sys_invocation i ON b.id = i.id AND b.service_key = 'a' \
            WHERE b.id IS NULL
            """
        let without =
            "SELECT count(*) FROM sys_invocation WHERE id NOT IN (SELECT id FROM sys_inbox WHERE service_key = 'a')"
        #expect(try world.column(unmatched) == world.column(without))
    }
}
