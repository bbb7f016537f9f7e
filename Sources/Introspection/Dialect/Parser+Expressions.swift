extension Parser {
    /// One expression.
    mutating func expression() throws(DialectError) -> Expression {
        try nested { (parser) throws(DialectError) in try parser.disjunction() }
    }

    /// Expressions with commas between them, one at least.
    mutating func expressions(max: Int = listMax) throws(DialectError) -> [Expression] {
        var list = [try expression()]
        while accept(",") {
            list.append(try expression())
            try checkCount(list.count, max: max)
        }
        return list
    }

    // MARK: Conditions

    private mutating func disjunction() throws(DialectError) -> Expression {
        try chain("or") { (parser) throws(DialectError) in try parser.conjunction() }
    }

    private mutating func conjunction() throws(DialectError) -> Expression {
        try chain("and") { (parser) throws(DialectError) in try parser.negation() }
    }

    private mutating func chain(
        _ word: String,
        _ part: (inout Parser) throws(DialectError) -> Expression
    ) throws(DialectError) -> Expression {
        let start = peek.offset
        var parts = [try part(&self)]
        while acceptWord(word) {
            parts.append(try part(&self))
            try checkCount(parts.count, max: Self.conditionsMax)
        }
        return parts.count == 1 ? parts[0] : Expression(.chain(word.uppercased(), parts), at: start)
    }

    private mutating func negation() throws(DialectError) -> Expression {
        let start = peek.offset
        guard acceptWord("not") else { return try comparison() }
        let operand = try nested { (parser) throws(DialectError) in try parser.negation() }
        return Expression(.unary("NOT", operand), at: start)
    }

    private static let comparisons: [String: String] = [
        "=": "=", "==": "=", "!=": "<>", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "~": "~", "~*": "~*",
        "!~": "!~", "!~*": "!~*",
    ]

    private mutating func comparison() throws(DialectError) -> Expression {
        let start = peek.offset
        var left = try sum()
        var count = 0
        while true {
            if case .symbol(let symbol) = peek.kind, let word = Self.comparisons[symbol] {
                index += 1
                left = Expression(.binary(word, left, try sum()), at: start)
            } else if acceptWord("is") {
                left = Expression(try isTest(left), at: start)
            } else if let kind = try membership(left) {
                left = Expression(kind, at: start)
            } else {
                return left
            }
            count += 1
            try checkCount(count, max: Self.depthMax)
        }
    }

    private mutating func isTest(_ operand: Expression) throws(DialectError) -> Expression.Kind {
        let isNegated = acceptWord("not")
        if acceptWord("distinct") {
            try expectWord("from")
            return .isDistinct(operand, try sum(), isNegated: isNegated)
        }
        for test in [IsTest.null, .isTrue, .isFalse, .unknown] where acceptWord(test.rawValue.lowercased()) {
            return .isTest(operand, test, isNegated: isNegated)
        }
        throw unexpected("NULL, TRUE, FALSE or DISTINCT FROM")
    }

    /// IN, LIKE, ILIKE and BETWEEN, with NOT or without.
    private mutating func membership(_ operand: Expression) throws(DialectError) -> Expression.Kind? {
        let words: Set<String> = ["in", "like", "ilike", "between"]
        let isNegated = isWord("not")
        guard case .word(let word) = (isNegated ? second : peek).kind, words.contains(word) else { return nil }
        index += isNegated ? 2 : 1
        switch word {
        case "like", "ilike":
            return .like(operand, try sum(), ignoresCase: word == "ilike", isNegated: isNegated)
        case "between":
            let low = try sum()
            try expectWord("and")
            return .between(operand, low, try sum(), isNegated: isNegated)
        default:
            try expect("(")
            if isQueryStart, !isSymbol("(") {
                let query = try query()
                try expect(")")
                return .isInQuery(operand, query, isNegated: isNegated)
            }
            let list = try expressions(max: Lexer.tokensMax)
            try expect(")")
            return .isIn(operand, list, isNegated: isNegated)
        }
    }

    // MARK: Arithmetic

    private mutating func sum() throws(DialectError) -> Expression {
        try operators(["+": "+", "-": "-", "||": "||"]) { (parser) throws(DialectError) in try parser.product() }
    }

    private mutating func product() throws(DialectError) -> Expression {
        try operators(["*": "*", "/": "/", "%": "%"]) { (parser) throws(DialectError) in try parser.signed() }
    }

    private mutating func operators(
        _ words: [String: String],
        _ part: (inout Parser) throws(DialectError) -> Expression
    ) throws(DialectError) -> Expression {
        let start = peek.offset
        var left = try part(&self)
        var count = 0
        while case .symbol(let symbol) = peek.kind, let word = words[symbol] {
            index += 1
            left = Expression(.binary(word, left, try part(&self)), at: start)
            count += 1
            try checkCount(count, max: Self.chainMax)
        }
        return left
    }

    private mutating func signed() throws(DialectError) -> Expression {
        let start = peek.offset
        guard isSymbol("-") || isSymbol("+") else { return try postfixed() }
        let isMinus = accept("-")
        if !isMinus { index += 1 }
        let operand = try nested { (parser) throws(DialectError) in try parser.signed() }
        if isMinus, case .number(let text) = operand.kind, !text.hasPrefix("-") {
            return Expression(.number("-" + text), at: start)
        }
        return isMinus ? Expression(.unary("-", operand), at: start) : operand
    }

    private mutating func postfixed() throws(DialectError) -> Expression {
        let start = peek.offset
        var operand = try primary()
        var count = 0
        while accept("::") {
            operand = Expression(.cast(operand, try typeName()), at: start)
            count += 1
            try checkCount(count, max: Self.depthMax)
        }
        return operand
    }

    // MARK: Values

    private mutating func primary() throws(DialectError) -> Expression {
        let start = peek.offset
        switch peek.kind {
        case .number(let text):
            index += 1
            return Expression(.number(text), at: start)
        case .string(let text):
            index += 1
            return Expression(.string(text), at: start)
        case .blob(let bytes):
            index += 1
            return Expression(.blob(bytes), at: start)
        case .symbol("("):
            index += 1
            if isQueryStart, !isSymbol("(") {
                let query = try query()
                try expect(")")
                return Expression(.scalar(query), at: start)
            }
            let inner = try expression()
            try expect(")")
            return inner
        case .symbol("["):
            index += 1
            return Expression(.list(try listRest()), at: start)
        case .word(let word):
            if let special = try special(word, start) { return special }
            return try columnOrCall(start)
        case .name:
            return try columnOrCall(start)
        default:
            throw unexpected("an expression")
        }
    }

    private mutating func listRest() throws(DialectError) -> [Expression] {
        if accept("]") { return [] }
        let list = try expressions()
        try expect("]")
        return list
    }

    /// What begins with a word of its own meaning.
    private mutating func special(_ word: String, _ start: Int) throws(DialectError) -> Expression? {
        let next = second.kind
        switch word {
        case "null", "true", "false":
            index += 1
            return Expression(word == "null" ? .null : .flag(word == "true"), at: start)
        case "case":
            index += 1
            return Expression(try conditional(), at: start)
        case "cast" where next == .symbol("("), "try_cast" where next == .symbol("("):
            guard word == "cast" else { throw DialectError("TRY_CAST is not supported; use CAST", at: start) }
            index += 2
            let operand = try expression()
            try expectWord("as")
            let type = try typeName()
            try expect(")")
            return Expression(.cast(operand, type), at: start)
        case "exists" where next == .symbol("("):
            index += 2
            let query = try query()
            try expect(")")
            return Expression(.exists(query), at: start)
        case "extract" where next == .symbol("("):
            index += 2
            let part = try part()
            try expectWord("from")
            let operand = try expression()
            try expect(")")
            return Expression(.extract(part, operand), at: start)
        case "array" where next == .symbol("["):
            index += 2
            return Expression(.list(try listRest()), at: start)
        case "interval", "date", "timestamp":
            guard case .string(let text) = next else { return nil }
            index += 2
            if word == "interval" { return Expression(.interval(try interval(text, start)), at: start) }
            let type: ColumnType = word == "date" ? .date : .localTimestamp
            return Expression(.moment(TypeName(type: type, offset: start), text), at: start)
        case "current_timestamp", "localtimestamp", "current_date":
            guard next != .symbol("(") else { return nil }
            index += 1
            return Expression(.call(Call(word)), at: start)
        default:
            return nil
        }
    }

    private mutating func part() throws(DialectError) -> String {
        if case .string(let text) = peek.kind {
            index += 1
            return text.lowercased()
        }
        return try name("a part of a date")
    }

    private mutating func conditional() throws(DialectError) -> Expression.Kind {
        let operand = isWord("when") ? nil : try expression()
        var branches: [(when: Expression, then: Expression)] = []
        while acceptWord("when") {
            let when = try expression()
            try expectWord("then")
            branches.append((when, try expression()))
            try checkCount(branches.count)
        }
        guard !branches.isEmpty else { throw unexpected("WHEN") }
        let otherwise = acceptWord("else") ? try expression() : nil
        try expectWord("end")
        return .conditional(operand: operand, branches, otherwise: otherwise)
    }

    // MARK: Columns and calls

    private mutating func columnOrCall(_ start: Int) throws(DialectError) -> Expression {
        // `left` and `right` are functions as well as words of a join.
        if case .word(let word) = peek.kind, word == "left" || word == "right", second.kind == .symbol("(") {
            index += 1
            return try call(word, start)
        }
        var parts = [try name("an expression")]
        while accept(".") { parts.append(try name("the name of a column")) }
        guard isSymbol("("), parts.count == 1 else {
            // The schema says nothing more: there are no two tables of one name.
            guard parts.count <= 4 else { throw DialectError("a column has at most four names", at: start) }
            let table = parts.count > 1 ? parts[parts.count - 2] : nil
            return Expression(.column(table: table, name: parts[parts.count - 1]), at: start)
        }
        return try call(parts[0], start)
    }

    private mutating func call(_ name: String, _ start: Int) throws(DialectError) -> Expression {
        let call = Call(name)
        try expect("(")
        if accept("*") {
            call.isStar = true
        } else if !isSymbol(")") {
            call.isDistinct = acceptWord("distinct")
            if name == "position" {
                let needle = try sum()
                if acceptWord("in") {
                    call.arguments = [try expression(), needle]
                } else {
                    throw unexpected("IN")
                }
            } else {
                call.arguments = try expressions()
            }
            if acceptWord("order") {
                try expectWord("by")
                call.order = try orderTerms()
            }
        }
        try expect(")")
        if acceptWord("filter") {
            try expect("(")
            try expectWord("where")
            call.filter = try expression()
            try expect(")")
        }
        if acceptWord("over") { call.window = try window() }
        return Expression(.call(call), at: start)
    }
}
