/// Turns the tree of a statement into SQL of SQLite's: looks names up, finds the types, and writes down what DataFusion
/// means by each thing. Used once.
final class Translator {
    /// How deep expressions may nest, operators in a row included. Each level costs stack, here and in SQLite.
    static let depthMax = 120

    let now: Int64
    let limits: QueryLimits
    /// The tables of WITH that can be named here.
    var commonTables: [String: CommonRelation] = [:]
    private var depth = 0
    private var namesGiven = 0

    struct CommonRelation {
        let sql: String
        let columns: [(name: String, type: ColumnType, isNullable: Bool, alias: String)]
    }

    init(now: Int64, limits: QueryLimits) {
        self.now = now
        self.limits = limits
    }

    /// A name that occurs nowhere else in the statement.
    func freshName(_ prefix: String) -> String {
        namesGiven += 1
        return prefix + String(namesGiven)
    }

    /// One expression. A part that is written like one of GROUP BY is one value for all its rows.
    func expression(_ expression: Expression, _ scope: Scope) throws(DialectError) -> TypedSQL {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else {
            throw DialectError("the expression is nested more than \(Self.depthMax) levels deep", at: expression.offset)
        }
        var translated = try untested(expression, scope)
        // Some things are written more than once in SQLite's SQL, and nested they would grow without bound.
        guard translated.sql.utf8.count <= limits.sqlBytesMax, translated.name.utf8.count <= limits.sqlBytesMax else {
            throw DialectError("the expression is too long", at: expression.offset)
        }
        if scope.grouped.contains(translated.sql) { translated.columns = [] }
        return translated
    }

    func expressions(_ list: [Expression], _ scope: Scope) throws(DialectError) -> [TypedSQL] {
        var translated: [TypedSQL] = []
        for item in list { translated.append(try expression(item, scope)) }
        return translated
    }

    private func untested(_ expression: Expression, _ scope: Scope) throws(DialectError) -> TypedSQL {
        let offset = expression.offset
        switch expression.kind {
        case .null, .flag, .number, .string, .blob, .moment, .interval, .list:
            return try literal(expression, scope)
        case .column(let table, let name):
            if let column = try scope.find(table: table, name, at: offset) { return column }
            if table == nil, let output = scope.outputs[name] { return output }
            throw scope.unknown(table: table, name, at: offset)
        case .unary(let word, let operand):
            return try unary(word, try self.expression(operand, scope), at: offset)
        case .binary(let word, let left, let right):
            let (left, right) = (try self.expression(left, scope), try self.expression(right, scope))
            return try binary(word, left, right, at: offset)
        case .chain(let word, let parts):
            return try chain(word, try expressions(parts, scope), at: offset)
        case .isTest, .isDistinct, .like, .between, .isIn, .isInQuery, .exists:
            return try condition(expression, scope)
        case .scalar(let query):
            return try scalar(query, scope, at: offset)
        case .conditional(let operand, let branches, let otherwise):
            return try conditional(operand, branches, otherwise, scope)
        case .cast(let operand, let type):
            return try cast(try self.expression(operand, scope), to: type.type, at: type.offset)
        case .extract(let part, let operand):
            return try datePart(part, try self.expression(operand, scope), at: offset)
        case .call(let call):
            return try self.call(call, scope, at: offset)
        }
    }

    private func scalar(_ query: Query, _ scope: Scope, at offset: Int) throws(DialectError) -> TypedSQL {
        let translated = try self.query(query, in: scope)
        guard translated.columns.count == 1, let column = translated.columns.first else {
            throw DialectError("a query in place of a value has one column", at: offset)
        }
        return TypedSQL("(\(translated.text(used: nil)))", column.type, name: "(\(column.name))")
    }

    private func conditional(
        _ operand: Expression?,
        _ branches: [(when: Expression, then: Expression)],
        _ otherwise: Expression?,
        _ scope: Scope
    ) throws(DialectError) -> TypedSQL {
        let operand = try operand.map { (operand) throws(DialectError) in try expression(operand, scope) }
        var parts = operand.map { [$0] } ?? []
        var whens: [TypedSQL] = []
        var values: [TypedSQL] = []
        for branch in branches {
            var when = try expression(branch.when, scope)
            if let operand { when = try compared("=", operand, when, at: branch.when.offset) }
            whens.append(when)
            values.append(try expression(branch.then, scope))
        }
        if let otherwise { values.append(try expression(otherwise, scope)) }
        let (type, unified) = try self.unified(values, at: branches.first?.when.offset ?? 0)
        var sql = "CASE"
        var name = "CASE" + (operand.map { " \($0.name)" } ?? "")
        for (index, when) in whens.enumerated() {
            sql += " WHEN \(when.sql) THEN \(unified[index].sql)"
            name += " WHEN \(when.name) THEN \(values[index].name)"
        }
        if otherwise != nil, let last = unified.last {
            sql += " ELSE \(last.sql)"
            name += " ELSE \(last.name)"
        }
        parts += whens + unified
        var result = TypedSQL("\(sql) END", type, name: "\(name) END", of: parts)
        result.isNullable = otherwise == nil || unified.contains(where: \.isNullable)
        return result
    }
}
