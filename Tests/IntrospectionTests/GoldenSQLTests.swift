import FoundationEssentials
import GoldenRecordings
import Introspection
import Testing

/// The queries that were recorded of another server, and those of its client: what was answered has to be answered, in
/// columns of the same names and types; what was an error is one.
struct GoldenSQLTests {
    private static let isThere = GoldenRecordings.has("sql.jsonl") && GoldenRecordings.has("cli-requests.jsonl")

    private struct Recording: Decodable {
        struct Request: Decodable {
            struct Body: Decodable { var query: String }
            var body: Body
        }
        struct Response: Decodable {
            struct Body: Decodable { var rows: [[String: Cell]]? }
            var status: Int
            var body: Body?
            var body_base64: String?
        }
        var name: String
        var request: Request
        var response: Response
    }

    /// What kind of value is in a row, as much as JSON tells.
    private enum Cell: Decodable, Equatable {
        case flag
        case number
        case text
        case list

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if (try? container.decode(Bool.self)) != nil {
                self = .flag
            } else if (try? container.decode(Double.self)) != nil || (try? container.decode(UInt64.self)) != nil {
                self = .number
            } else {
                self = (try? container.decode(String.self)) != nil ? .text : .list
            }
        }

        init(_ type: ColumnType) {
            switch type {
            case .boolean: self = .flag
            case .textList, .uint32List, .int64List, .float64List, .booleanList: self = .list
            case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float32, .float64: self = .number
            default: self = .text
            }
        }
    }

    /// Tables of flow control, which there is none of.
    private static let foreign = ["sys_vqueue", "sys_scheduler", "sys_locks", "sys_user_limits"]

    // The recordings lie beside the repository and are not always there.
    @Test(.enabled(if: isThere))
    func whatWasRecordedIsAnsweredInTheSameShape() throws {
        let world = try QueryWorld()
        var count = 0
        for line in try GoldenRecordings.lines("sql.jsonl") {
            guard let row = try? JSONDecoder().decode(Recording.self, from: Data(line.utf8)) else { continue }
            let sql = row.request.body.query
            count += 1
            guard row.response.status == 200 else {
                // An invocation id that is none is only met when there are rows to look at; see below.
                #expect(throws: QueryError.self, "\(row.name)") { try world.query(sql) }
                continue
            }
            let columns: [ResultColumn]
            do throws(QueryError) {
                columns = try world.query(sql).columns
            } catch {
                Issue.record("\(row.name): \(error)")
                continue
            }
            if let body = row.response.body_base64.flatMap({ Data(base64Encoded: $0) }), body.first == 0xff {
                let fields = try ArrowReader(Array(body)).fields
                let stream = try QueryPeer.rendered(try QueryPeer(directory: world.directory).ask(sql, .arrow))
                #expect(try ArrowReader(stream).fields == fields, "\(row.name)")
            }
            for recorded in row.response.body?.rows ?? [] {
                for (name, cell) in recorded {
                    guard let column = columns.last(where: { $0.name == name }) else {
                        Issue.record("\(row.name): no column \(name) among \(columns.map(\.name))")
                        continue
                    }
                    #expect(Cell(column.type) == cell, "\(row.name): \(name)")
                }
            }
        }
        #expect(count > 140)
    }

    @Test(.enabled(if: isThere))
    func theQueriesOfTheClientAreUnderstood() throws {
        struct Row: Decodable {
            var path: String
            var body: String?
            var status: Int
        }
        struct Body: Decodable { var query: String }
        let world = try QueryWorld()
        var seen: Set<String> = []
        for line in try GoldenRecordings.lines("cli-requests.jsonl") {
            guard let row = try? JSONDecoder().decode(Row.self, from: Data(line.utf8)), row.path.hasSuffix("/query"),
                let sql = try? JSONDecoder().decode(Body.self, from: Data((row.body ?? "").utf8)).query,
                !Self.foreign.contains(where: { sql.contains($0) }), seen.insert(sql).inserted
            else { continue }
            if row.status == 200 {
                #expect(throws: Never.self, "\(sql)") { try world.query(sql) }
            } else {
                #expect(throws: QueryError.self, "\(sql)") { try world.query(sql) }
            }
        }
        #expect(seen.count > 60)
    }
}
