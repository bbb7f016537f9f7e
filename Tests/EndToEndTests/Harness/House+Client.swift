import FoundationEssentials

extension House {
    /// What a command prints for programs; one that fails is an error of the test.
    func result<Value: Decodable>(_ arguments: [String], as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(try done(arguments + ["--json"]).output.utf8))
    }

    /// A run of the client that must end well.
    @discardableResult
    func done(_ arguments: [String], environment: [String: String] = [:]) throws -> ClientRun {
        let run = try client(arguments, environment: environment)
        guard run.status == 0 else { throw HarnessError("\(arguments): \(run.status) \(run.output)\(run.errors)") }
        return run
    }

    /// The result of an invocation that is over.
    func output(of invocation: String) throws -> String {
        try eventually("the result of \(invocation)") {
            let answer = try ingress.get("/restate/invocation/\(invocation)/output")
            return answer.status == 470 ? nil : answer.text
        }
    }

    /// One column of a query's rows, as texts.
    func column(_ sql: String) throws -> [String] {
        struct Rows: Decodable { let rows: [[String: String]] }
        return try query(sql).json(Rows.self).rows.compactMap(\.values.first)
    }
}
