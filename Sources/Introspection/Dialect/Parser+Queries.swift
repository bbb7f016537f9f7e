extension Parser {
    /// A query: SELECT or VALUES with what may stand before and after.
    mutating func query() throws(DialectError) -> Query {
        try nested { (parser) throws(DialectError) in try parser.queryHere() }
    }

    private mutating func queryHere() throws(DialectError) -> Query {
        let start = peek.offset
        var with: [CommonTable] = []
        var isRecursive = false
        if acceptWord("with") {
            isRecursive = acceptWord("recursive")
            repeat {
                with.append(try commonTable())
                try checkCount(with.count, max: Self.depthMax)
            } while accept(",")
        }
        let query = Query(try compound(), at: start)
        query.with = with
        query.isRecursive = isRecursive
        if acceptWord("order") {
            try expectWord("by")
            query.order = try orderTerms()
        }
        try limits(of: query)
        return query
    }

    private mutating func commonTable() throws(DialectError) -> CommonTable {
        let start = peek.offset
        let name = try name("the name of a table")
        let columns = isSymbol("(") ? try names("the name of a column") : []
        try expectWord("as")
        try expect("(")
        let query = try query()
        try expect(")")
        return CommonTable(name: name, columns: columns, query: query, offset: start)
    }

    private mutating func limits(of query: Query) throws(DialectError) {
        while true {
            if acceptWord("limit") {
                if acceptWord("all") || acceptWord("null") { continue }
                query.limit = try count()
            } else if acceptWord("offset") {
                query.skipped = try count()
                _ = acceptWord("rows") || acceptWord("row")
            } else if acceptWord("fetch") {
                guard acceptWord("first") || acceptWord("next") else { throw unexpected("FIRST") }
                query.limit = try count()
                guard acceptWord("rows") || acceptWord("row") else { throw unexpected("ROWS") }
                try expectWord("only")
            } else {
                return
            }
        }
    }

    private mutating func count() throws(DialectError) -> Int {
        guard case .number(let text) = peek.kind, let count = Int(text) else { throw unexpected("a number of rows") }
        index += 1
        return count
    }

    // MARK: Parts of a compound

    private mutating func compound() throws(DialectError) -> QueryBody {
        let first = try intersection()
        var parts: [(word: String, part: QueryBody)] = []
        while isWord("union") || isWord("except") {
            let word = isWord("union") ? "UNION" : "EXCEPT"
            index += 1
            let isAll = try acceptAll(word)
            parts.append((isAll ? word + " ALL" : word, try intersection()))
            try checkCount(parts.count, max: Self.depthMax)
        }
        return parts.isEmpty ? first : .compound(first, parts)
    }

    /// INTERSECT binds closer than the others.
    private mutating func intersection() throws(DialectError) -> QueryBody {
        let first = try queryPart()
        var parts: [(word: String, part: QueryBody)] = []
        while acceptWord("intersect") {
            _ = try acceptAll("INTERSECT")
            parts.append(("INTERSECT", try queryPart()))
            try checkCount(parts.count, max: Self.depthMax)
        }
        return parts.isEmpty ? first : .compound(first, parts)
    }

    private mutating func acceptAll(_ word: String) throws(DialectError) -> Bool {
        if acceptWord("distinct") { return false }
        let start = peek.offset
        guard acceptWord("all") else { return false }
        guard word == "UNION" else { throw DialectError("\(word) ALL is not supported; use \(word)", at: start) }
        return true
    }

    private mutating func queryPart() throws(DialectError) -> QueryBody {
        if isWord("select") { return .select(try select()) }
        if acceptWord("values") {
            var rows: [[Expression]] = []
            repeat {
                try expect("(")
                rows.append(try expressions())
                try expect(")")
                try checkCount(rows.count)
            } while accept(",")
            return .values(rows)
        }
        if accept("(") {
            let query = try query()
            try expect(")")
            return .nested(query)
        }
        throw unexpected("SELECT")
    }

    // MARK: SELECT

    private mutating func select() throws(DialectError) -> SelectQuery {
        let select = SelectQuery(at: peek.offset)
        try expectWord("select")
        if acceptWord("distinct") {
            select.isDistinct = true
            if isWord("on") { throw DialectError("DISTINCT ON is not supported", at: peek.offset) }
        } else {
            _ = acceptWord("all")
        }
        repeat {
            select.items.append(try item())
            try checkCount(select.items.count)
        } while accept(",")
        if acceptWord("from") { select.source = try sources() }
        if acceptWord("where") { select.condition = try expression() }
        if acceptWord("group") {
            try expectWord("by")
            select.grouping = try expressions()
        }
        if acceptWord("having") { select.having = try expression() }
        return select
    }

    private mutating func item() throws(DialectError) -> SelectItem {
        let start = peek.offset
        if accept("*") { return .all(of: nil, offset: start) }
        if case .symbol(".") = second.kind, index + 2 < tokens.count, tokens[index + 2].kind == .symbol("*") {
            let table = try name("the name of a table")
            index += 2
            return .all(of: table, offset: start)
        }
        let expression = try expression()
        if acceptWord("as") { return .expression(expression, alias: try aliasName()) }
        if case .word(let word) = peek.kind, !Self.reserved.contains(word) {
            index += 1
            return .expression(expression, alias: word)
        }
        if case .name(let name) = peek.kind {
            index += 1
            return .expression(expression, alias: name)
        }
        return .expression(expression, alias: nil)
    }

    /// After AS every word may be a name.
    private mutating func aliasName() throws(DialectError) -> String {
        if case .word(let word) = peek.kind {
            index += 1
            return word
        }
        return try name("a name")
    }

    // MARK: FROM

    private mutating func sources() throws(DialectError) -> TableSource {
        var source = try joined()
        var count = 1
        while accept(",") {
            source = .join(source, .cross, try joined(), .none)
            count += 1
            try checkCount(count, max: Self.depthMax)
        }
        return source
    }

    private mutating func joined() throws(DialectError) -> TableSource {
        var source = try tableSource()
        var count = 1
        while let kind = try joinKind() {
            let right = try tableSource()
            var condition = JoinCondition.none
            let start = peek.offset
            if kind != .cross {
                if acceptWord("on") {
                    condition = .on(try expression())
                } else if acceptWord("using") {
                    condition = .using(try names("the name of a column"), offset: start)
                } else {
                    throw unexpected("ON")
                }
            }
            source = .join(source, kind, right, condition)
            count += 1
            try checkCount(count, max: Self.depthMax)
        }
        return source
    }

    private mutating func joinKind() throws(DialectError) -> JoinKind? {
        if isWord("natural") { throw DialectError("NATURAL JOIN is not supported; use USING", at: peek.offset) }
        let kind: JoinKind
        if acceptWord("join") { return .inner }
        if acceptWord("inner") {
            kind = .inner
        } else if acceptWord("cross") {
            kind = .cross
        } else if acceptWord("left") {
            kind = .left
        } else if acceptWord("right") {
            kind = .right
        } else if acceptWord("full") {
            kind = .full
        } else {
            return nil
        }
        if kind != .inner, kind != .cross { _ = acceptWord("outer") }
        try expectWord("join")
        return kind
    }

    private mutating func tableSource() throws(DialectError) -> TableSource {
        let start = peek.offset
        if isSymbol("(") {
            return try nested { (parser) throws(DialectError) in
                try parser.expect("(")
                guard parser.isQueryStart, !parser.isParenthesizedSource else {
                    let source = try parser.sources()
                    try parser.expect(")")
                    return source
                }
                let query = try parser.query()
                try parser.expect(")")
                return .derived(query, alias: try parser.alias())
            }
        }
        if case .word(let word) = peek.kind, second.kind == .symbol("("), word == "json_each" || word == "json_tree" {
            index += 2
            let list = try expression()
            try expect(")")
            return .list(word, list, alias: try alias(), offset: start)
        }
        if case .word(let word) = peek.kind, second.kind == .symbol("(") {
            throw DialectError(
                "\(word) in FROM is not supported; json_each(list) gives the elements of a list",
                at: start
            )
        }
        let table = try tableName()
        return .table(table, alias: try alias())
    }

    /// Whether what begins with a parenthesis is tables, not a query: `((t JOIN u) JOIN v)`.
    private var isParenthesizedSource: Bool {
        var position = index
        while position < tokens.count, tokens[position].kind == .symbol("(") { position += 1 }
        guard position < tokens.count, case .word(let word) = tokens[position].kind else { return true }
        return position > index && !["select", "with", "values"].contains(word)
    }

    private mutating func alias() throws(DialectError) -> Alias? {
        let name: String
        if acceptWord("as") {
            name = try self.name("a name")
        } else if case .word(let word) = peek.kind, !Self.reserved.contains(word) {
            index += 1
            name = word
        } else if case .name(let quoted) = peek.kind {
            index += 1
            name = quoted
        } else {
            return nil
        }
        return Alias(name: name, columns: isSymbol("(") ? try names("the name of a column") : [])
    }

    // MARK: ORDER BY

    mutating func orderTerms() throws(DialectError) -> [OrderTerm] {
        var terms: [OrderTerm] = []
        repeat {
            let expression = try expression()
            let isDescending = acceptWord("desc")
            if !isDescending { _ = acceptWord("asc") }
            var areNullsFirst: Bool?
            if acceptWord("nulls") {
                if acceptWord("first") {
                    areNullsFirst = true
                } else {
                    try expectWord("last")
                    areNullsFirst = false
                }
            }
            terms.append(OrderTerm(expression: expression, isDescending: isDescending, areNullsFirst: areNullsFirst))
            try checkCount(terms.count, max: Self.depthMax)
        } while accept(",")
        return terms
    }
}
