import ControlProtocol
import FoundationEssentials
import Testing

extension EndToEnd {
    /// Questions in SQL, in each form of their answers.
    @Suite(.serialized)
    struct QueryTests {
        private func world() throws -> House {
            let house = try House()
            try house.register()
            for number in 1...3 { _ = try house.call("/Counter/k\(number)/add", "\(number)") }
            return house
        }

        private static let sql =
            "SELECT service_key, CAST(length(value) AS BIGINT) AS bytes FROM state ORDER BY service_key"

        @Test func theJournalSaysWhomItCallsAndUntilWhenItSleeps() throws {
            let house = try House()
            try house.register()
            let caller = try house.send("/Plain/relay/send", "{}")
            let sleeper = try house.send("/Plain/nap/send", #"{"id":"a","milliseconds":600000}"#)
            func journal(of id: String, with type: String) throws -> [JournalEntrySummary] {
                try eventually("the journal has \(type)") {
                    let details: InvocationDetails = try house.result(["invocations", "describe", id])
                    return details.journal.contains { $0.type == type } ? details.journal : nil
                }
            }
            let calls = try journal(of: caller, with: "Notification: CallInvocationId")
            #expect(calls.first { $0.type == "Command: Call" }?.detail == "Plain/echo")
            let callee = calls.first { $0.type == "Notification: CallInvocationId" }?.detail
            #expect(callee?.hasPrefix("inv_") == true, "\(calls)")
            let sleep = try journal(of: sleeper, with: "Command: Sleep").first { $0.type == "Command: Sleep" }
            #expect(sleep?.detail?.hasPrefix("until 2") == true, "\(String(describing: sleep))")
        }

        @Test func theClientPrintsTablesJSONAndCSV() throws {
            let house = try world()
            #expect(
                try house.done(["sql", Self.sql]).output == """
                    service_key  bytes
                    k1           1
                    k2           1
                    k3           1

                    """
            )
            #expect(
                try house.done(["sql", Self.sql, "--format", "csv"]).output.split(whereSeparator: \.isNewline)
                    == ["service_key,bytes", "k1,1", "k2,1", "k3,1"]
            )
            let result: RunQuery.Result = try house.result(["sql", Self.sql, "--limit", "2"])
            #expect(result.columns.map(\.name) == ["service_key", "bytes"])
            #expect(result.rows == [[.string("k1"), .integer(1)], [.string("k2"), .integer(1)]])
            #expect(result.isTruncated)
            let again = try JSONDecoder().decode(
                RunQuery.Result.self,
                from: Data(try house.done(["sql", Self.sql, "--format", "json"]).output.utf8)
            )
            #expect(again.rows.count == 3)
            for bad in ["SELEC 1", "DELETE FROM state", "SELECT * FROM invocations", "SELECT 1; SELECT 2"] {
                let run = try house.client(["sql", bad])
                #expect(run.status == 1 && !run.errors.isEmpty, "\(bad)")
            }
            #expect(try house.client(["sql", Self.sql, "--format", "xml"]).status == 2)
        }

        @Test func theAPIAnswersInJSONAndOtherwiseInArrow() throws {
            struct Rows: Decodable {
                struct Row: Decodable {
                    let service_key: String
                    let bytes: Int
                }
                let rows: [Row]
            }
            let house = try world()
            let json = try house.query(Self.sql)
            #expect(json.status == 200 && json.headers["content-type"] == "application/json")
            #expect(try json.json(Rows.self).rows.map(\.service_key) == ["k1", "k2", "k3"])
            let arrow = try house.admin.post("/query", json: #"{"query":"\#(Self.sql)"}"#)
            #expect(arrow.status == 200)
            #expect(arrow.headers["content-type"] == "application/vnd.apache.arrow.stream")
            let messages = try ArrowFrames.read(arrow.body)
            #expect(messages.kinds.first == 1, "a schema comes first")
            #expect(
                messages.kinds.dropFirst().allSatisfy { $0 == 3 } && messages.kinds.count >= 2,
                "then batches of rows"
            )
            #expect(messages.isEnded)
            #expect(String(decoding: arrow.body, as: UTF8.self).contains("k1k2k3"))
            let refused = try house.query("SELEC 1")
            #expect(refused.status == 400 && refused.text.contains("message"))
        }
    }
}

/// The frames of an Arrow IPC stream (Arrow columnar format, "Encapsulated message format").
private struct ArrowFrames {
    /// The kinds of the messages: 1 a schema, 3 a batch of rows.
    var kinds: [Int] = []
    /// Whether the stream has its end.
    var isEnded = false

    static func read(_ bytes: [UInt8]) throws -> ArrowFrames {
        var frames = ArrowFrames()
        var position = 0
        while position + 8 <= bytes.count {
            guard integer(bytes, position, 4) == 0xffff_ffff else {
                throw HarnessError("no continuation at \(position)")
            }
            let length = integer(bytes, position + 4, 4)
            position += 8
            guard length > 0 else {
                frames.isEnded = position == bytes.count
                return frames
            }
            guard length % 8 == 0, position + length <= bytes.count else { throw HarnessError("a frame is cut off") }
            let message = Array(bytes[position..<position + length])
            frames.kinds.append(field(message, 1).map { integer(message, $0, 1) } ?? 0)
            let body = field(message, 3).map { integer(message, $0, 8) } ?? 0
            position += length + body
        }
        return frames
    }

    /// Where a field of the message's table lies (FlatBuffers internals, "Tables").
    private static func field(_ message: [UInt8], _ number: Int) -> Int? {
        let table = integer(message, 0, 4)
        let vtable = table - integer(message, table, 4)
        guard 4 + 2 * number < integer(message, vtable, 2) else { return nil }
        let offset = integer(message, vtable + 4 + 2 * number, 2)
        return offset == 0 ? nil : table + offset
    }

    /// An unsigned number, least significant byte first; 0 where there is none.
    private static func integer(_ bytes: [UInt8], _ position: Int, _ count: Int) -> Int {
        guard position >= 0, position + count <= bytes.count else { return 0 }
        return (0..<count).reversed().reduce(0) { $0 << 8 | Int(bytes[position + $1]) }
    }
}
