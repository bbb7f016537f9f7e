/// Reads the tokens of a statement into its tree. Which statements there are is here; queries and expressions follow in
/// their own files.
struct Parser {
    /// Levels of parentheses, subqueries and the like. Each costs stack here, in the translator and in SQLite.
    static let depthMax = 50
    /// Operators of one rank in a row, as in `a + b + c`.
    static let chainMax = 100
    /// Conditions joined by AND or OR.
    static let conditionsMax = 5_000
    /// Names, columns, tables and the like in one list, but for the values after IN.
    static let listMax = 500

    let tokens: [Token]
    var index = 0
    var depth = 0

    /// The statement of a text; `nil` when there is none in it.
    static func statement(_ sql: String) throws(DialectError) -> Statement? {
        var parser = Parser(tokens: try Lexer.tokens(of: sql))
        while parser.accept(";") {}
        if parser.peek.kind == .end { return nil }
        let statement = try parser.statement()
        let hasEnd = parser.accept(";")
        while parser.accept(";") {}
        guard parser.peek.kind == .end else {
            if hasEnd { throw DialectError("only one statement at a time is allowed", at: parser.peek.offset) }
            throw parser.unexpected("the end of the statement")
        }
        return statement
    }

    private init(tokens: [Token]) {
        self.tokens = tokens
    }

    private mutating func statement() throws(DialectError) -> Statement {
        let start = peek.offset
        if isQueryStart { return .query(try query()) }
        if acceptWord("explain") {
            while acceptWord("analyze") || acceptWord("verbose") {}
            guard isQueryStart else { throw DialectError("only a query can be explained", at: peek.offset) }
            return .explain(try query())
        }
        if acceptWord("show") { return try show(start) }
        if acceptWord("describe") || acceptWord("desc") { return .showColumns(try tableName(), isShort: true) }
        if acceptWord("set") || acceptWord("prepare") {
            try skipToEnd()
            return .nothing
        }
        if case .word(let word) = peek.kind, Self.forbidden.contains(word) {
            throw DialectError("only SELECT is allowed here; nothing can be changed by SQL", at: start)
        }
        throw unexpected("a statement, such as SELECT, SHOW TABLES or DESCRIBE")
    }

    private static let forbidden: Set<String> = [
        "insert", "update", "delete", "merge", "replace", "copy", "create", "drop", "alter", "truncate", "begin",
        "start", "commit", "rollback", "savepoint", "release", "attach", "detach", "pragma", "vacuum", "reindex",
        "analyze", "grant", "revoke", "execute", "deallocate", "call", "use", "load", "export", "lock",
    ]

    var isQueryStart: Bool {
        isWord("select") || isWord("with") || isWord("values") || isSymbol("(")
    }

    private mutating func show(_ start: Int) throws(DialectError) -> Statement {
        if acceptWord("tables") { return .showTables }
        if acceptWord("columns") {
            guard acceptWord("from") || acceptWord("in") else { throw unexpected("FROM") }
            return .showColumns(try tableName(), isShort: false)
        }
        throw DialectError("of SHOW there are SHOW TABLES and SHOW COLUMNS FROM a table", at: start)
    }

    private mutating func skipToEnd() throws(DialectError) {
        guard peek.kind != .end, !isSymbol(";") else { throw unexpected("something to set") }
        while peek.kind != .end, !isSymbol(";") { index += 1 }
    }

    // MARK: Tokens

    var peek: Token { tokens[min(index, tokens.count - 1)] }

    /// The token after the next.
    var second: Token { tokens[min(index + 1, tokens.count - 1)] }

    func isWord(_ word: String) -> Bool { peek.kind == .word(word) }

    func isSymbol(_ symbol: String) -> Bool { peek.kind == .symbol(symbol) }

    mutating func accept(_ symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        index += 1
        return true
    }

    mutating func acceptWord(_ word: String) -> Bool {
        guard isWord(word) else { return false }
        index += 1
        return true
    }

    /// Accepts words that have to follow each other, all or none.
    mutating func acceptWords(_ first: String, _ then: String) -> Bool {
        guard isWord(first), second.kind == .word(then) else { return false }
        index += 2
        return true
    }

    mutating func expect(_ symbol: String) throws(DialectError) {
        guard accept(symbol) else { throw unexpected("'\(symbol)'") }
    }

    mutating func expectWord(_ word: String) throws(DialectError) {
        guard acceptWord(word) else { throw unexpected(word.uppercased()) }
    }

    func unexpected(_ expected: String) -> DialectError {
        let found =
            switch peek.kind {
            case .word(let word): "'\(word)'"
            case .name(let name): "\"\(name)\""
            case .number(let text): text
            case .string: "a text"
            case .blob: "bytes"
            case .symbol(let symbol): "'\(symbol)'"
            case .end: "the end of the statement"
            }
        return DialectError("expected \(expected) but found \(found)", at: peek.offset)
    }

    // MARK: Names

    /// A name with quotes or without, in small letters then.
    mutating func name(_ what: String) throws(DialectError) -> String {
        switch peek.kind {
        case .word(let word) where !Self.reserved.contains(word):
            index += 1
            return word
        case .name(let name):
            index += 1
            return name
        default:
            throw unexpected(what)
        }
    }

    mutating func tableName() throws(DialectError) -> TableName {
        let start = peek.offset
        var parts = [try name("the name of a table")]
        while accept(".") { parts.append(try name("the name of a table")) }
        guard parts.count <= 3 else { throw DialectError("a table has at most three names", at: start) }
        return TableName(parts: parts, offset: start)
    }

    /// Names in parentheses, one at least.
    mutating func names(_ what: String) throws(DialectError) -> [String] {
        try expect("(")
        var names = [try name(what)]
        while accept(",") { names.append(try name(what)) }
        try expect(")")
        return names
    }

    /// Words that are no names without quotes.
    static let reserved: Set<String> = [
        "select", "from", "where", "group", "having", "order", "by", "limit", "offset", "union", "intersect", "except",
        "and", "or", "not", "in", "is", "like", "ilike", "between", "case", "when", "then", "else", "end", "as", "on",
        "using", "join", "left", "right", "full", "inner", "outer", "cross", "natural", "with", "values", "distinct",
        "all", "exists", "null", "true", "false", "fetch", "window", "qualify", "lateral", "over",
    ]

    // MARK: Depth

    /// Runs `body` one level deeper.
    mutating func nested<T>(_ body: (inout Parser) throws(DialectError) -> T) throws(DialectError) -> T {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else {
            throw DialectError("the statement is nested more than \(Self.depthMax) levels deep", at: peek.offset)
        }
        return try body(&self)
    }

    func checkCount(_ count: Int, max: Int = listMax) throws(DialectError) {
        guard count <= max else { throw DialectError("there are more than \(max) in a row here", at: peek.offset) }
    }
}
