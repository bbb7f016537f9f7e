import Testing

extension EndToEnd {
    /// Scopes and limit keys are not part of this server: whoever asks for one is told so, and nothing is called without it.
    @Suite(.serialized)
    struct ScopeTests {
        @Test(arguments: ["scoped", "limited", "sends_scoped"], Mode.all)
        func aScopeIsRefused(handler: String, mode: Mode) throws {
            struct Rows: Decodable {
                struct Row: Decodable {
                    let code: String?
                    let failure: String?
                }
                let rows: [Row]
            }
            let house = try mode.house()
            let id = try house.send("/Feature/\(handler)/send", #""x""#)
            let sql =
                "SELECT last_failure_error_code AS code, last_failure AS failure FROM sys_invocation WHERE id = '\(id)'"
            let row = try eventually("the refusal") {
                let row = try house.query(sql).json(Rows.self).rows.first
                return row?.code == nil ? nil : row
            }
            #expect(row.code == "RT0024" && row.failure?.contains("scope") ?? false, "\(row)")
            #expect(
                try house.query("SELECT count(*) AS n FROM sys_invocation WHERE id <> '\(id)'").text
                    == #"{"rows":[{"n":0}]}"#,
                "nothing was called"
            )
            #expect(house.effects.events.isEmpty)
            #expect(try house.client(["invocations", "kill", id]).status == 0)
            #expect(try house.call("/Feature/unscoped", #""x""#) == "[null, null]")
        }
    }
}
