import DurableModel

/// How SQLite wants to read a table: which columns, and which comparisons narrow the rows.
struct ScanPlan: Equatable {
    enum Comparison: Equatable {
        case equal
        case notEqual
    }

    struct Argument: Equatable {
        let column: Int
        let comparison: Comparison
    }

    /// The order of invocations' numbers.
    enum Order: String {
        case ascending = "ASC"
        case descending = "DESC"
    }

    /// One bit a column; the last also stands for all after it.
    let columnsUsed: UInt64
    /// In the order in which the values come.
    let arguments: [Argument]
    /// How rows must come, if the plan sees to that.
    var order: Order?

    func uses(_ column: Int) -> Bool {
        columnsUsed & (1 << UInt64(min(column, 63))) != 0
    }
}

/// The private statement for a plan, and what to bind to it.
struct ScanStatement {
    /// The columns in its result by the position of the public column; -1 for those that nobody asked for.
    let positions: [Int32]
    /// Where in its result the identity of a row is.
    let identity: Range<Int32>
    let sql: String
    /// Values for `?1`, `?2` …
    let values: [QueryValue]

    /// `resolve` finds an invocation's number by the text of its id.
    init<Failure: Error>(
        table: PublicTable,
        plan: ScanPlan,
        arguments: [QueryValue],
        now: Int64,
        resolve: (String) throws(Failure) -> Int64?
    ) throws(Failure) {
        var conditions = [table.condition]
        var only = "1"
        var source = table.source
        var values: [QueryValue] = []
        for (argument, value) in zip(plan.arguments, arguments) {
            guard let search = table.columns[argument.column].search else { continue }
            switch (search, argument.comparison) {
            case (.plain, .equal):
                values.append(value)
                conditions.append("\(table.columns[argument.column].source) = ?\(values.count)")
            case (.deploymentID, .equal):
                values.append(Self.deploymentBytes(value))
                conditions.append("\(table.columns[argument.column].source) = ?\(values.count)")
            case (.invocationID, .equal):
                var number: Int64?
                if case .text(let text) = value { number = try resolve(text) }
                values.append(.integer(number ?? -1))
                only = "i.number = ?\(values.count)"
            case (.status(let names), .equal):
                conditions.append(Self.condition(statuses: names, value))
            case (.status, .notEqual):
                guard value == .text("completed") else { break }
                conditions.append("i.status < 7")
                if let order = plan.order { source = Self.unfinished(source, in: order) }
            case (.plain, .notEqual), (.deploymentID, .notEqual), (.invocationID, .notEqual):
                break
            }
        }
        if !table.source.contains("ONLY") { conditions.append(only) }
        var positions: [Int32] = []
        var selection: [String] = []
        for (index, column) in table.columns.enumerated() {
            guard plan.uses(index) else {
                positions.append(-1)
                continue
            }
            positions.append(Int32(selection.count))
            selection.append(column.source)
            if column.form.needsEntryType { selection += ["e.type", "e.number"] }
        }
        identity = Int32(selection.count)..<Int32(selection.count + table.identity.count)
        selection += table.identity
        self.positions = positions
        self.values = values
        let order = source == table.source ? plan.order.map { " ORDER BY i.number \($0.rawValue)" } ?? "" : ""
        sql =
            "SELECT \(selection.joined(separator: ", ")) FROM \(source) WHERE \(conditions.joined(separator: " AND "))"
            .replacing("NOW", with: String(now)).replacing("ONLY", with: only) + order
    }

    /// What is unfinished in the order of numbers: these are sorted alone, from the index, and a row is read only when
    /// its turn has come, so that a list of a few of very many costs little. The limit keeps SQLite from taking the
    /// order of the inner query for one that does not matter.
    private static func unfinished(_ source: String, in order: ScanPlan.Order) -> String {
        """
        (SELECT number FROM invocations WHERE status < 7 ORDER BY number \(order.rawValue) LIMIT -1) AS o \
        CROSS JOIN \(source) ON i.number = o.number
        """
    }

    private static func deploymentBytes(_ value: QueryValue) -> QueryValue {
        guard case .text(let text) = value, let id = try? DeploymentID(parsing: text) else { return .null }
        return .blob(id.high.bigEndianBytes + id.low.bigEndianBytes)
    }

    private static func condition(statuses names: [String: [Int]], _ value: QueryValue) -> String {
        guard case .text(let name) = value, let numbers = names[name] else { return "0" }
        let list = numbers.map(String.init).joined(separator: ", ")
        // The first term lets the planner use the index of what is unfinished.
        return numbers.contains(7) ? "i.status = 7" : "i.status < 7 AND i.status IN (\(list))"
    }
}
