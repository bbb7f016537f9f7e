/// A piece of a statement.
struct Token: Equatable {
    enum Kind: Equatable {
        /// A key word or a name without quotes, in small letters.
        case word(String)
        /// A name in double quotes.
        case name(String)
        case number(String)
        case string(String)
        case blob([UInt8])
        case symbol(String)
        case end
    }

    let kind: Kind
    /// The byte at which it begins.
    let offset: Int
}

/// Where something stands in a statement, for texts: both count from 1, columns in characters.
struct SourcePlace: CustomStringConvertible {
    let line: Int
    let column: Int

    init(of offset: Int, in sql: String) {
        let before = Array(sql.utf8.prefix(offset))
        var line = 1
        var column = 1
        for byte in before {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xc0 != 0x80 {
                // What continues a character is no other one.
                column += 1
            }
        }
        self.line = line
        self.column = column
    }

    var description: String { "line \(line), column \(column)" }
}

/// Why a statement is not understood, before the place is put into words.
struct DialectError: Error, Equatable {
    let text: String
    let offset: Int

    init(_ text: String, at offset: Int) {
        self.text = text
        self.offset = offset
    }
}

/// Takes a statement apart into tokens.
struct Lexer {
    /// More than the longest list of ids that a client sends needs.
    static let tokensMax = 100_000

    private let bytes: [UInt8]
    private var position = 0

    private init(_ sql: String) {
        bytes = Array(sql.utf8)
    }

    /// All tokens, `end` as the last.
    static func tokens(of sql: String) throws(DialectError) -> [Token] {
        var lexer = Lexer(sql)
        var tokens: [Token] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
            guard tokens.count < tokensMax else {
                throw DialectError("the statement has more than \(tokensMax) words", at: token.offset)
            }
        }
    }

    private func peek(_ distance: Int = 0) -> UInt8? {
        bytes.indices.contains(position + distance) ? bytes[position + distance] : nil
    }

    private mutating func next() throws(DialectError) -> Token {
        try skipBlanks()
        let start = position
        guard let byte = peek() else { return Token(kind: .end, offset: start) }
        let kind: Token.Kind
        switch byte {
        case UInt8(ascii: "'"): kind = .string(try quoted(byte, "text"))
        case UInt8(ascii: "\""): kind = .name(try quoted(byte, "name"))
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            if peek(1) == UInt8(ascii: "'") {
                position += 1
                kind = .blob(try blob(start))
            } else {
                kind = word()
            }
        case UInt8(ascii: "0")...UInt8(ascii: "9"): kind = number()
        case UInt8(ascii: ".") where peek(1).map(Self.isDigit) == true: kind = number()
        case _ where Self.isWordStart(byte): kind = word()
        default: kind = try symbol(start)
        }
        return Token(kind: kind, offset: start)
    }

    // MARK: Parts

    private mutating func skipBlanks() throws(DialectError) {
        while let byte = peek() {
            if byte == 32 || (9...13).contains(byte) {
                position += 1
            } else if byte == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") {
                while let byte = peek(), byte != UInt8(ascii: "\n") { position += 1 }
            } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                try skipComment()
            } else {
                return
            }
        }
    }

    /// Comments nest.
    private mutating func skipComment() throws(DialectError) {
        let start = position
        var depth = 0
        while let byte = peek() {
            if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                depth += 1
                position += 2
            } else if byte == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                depth -= 1
                position += 2
                if depth == 0 { return }
            } else {
                position += 1
            }
        }
        throw DialectError("the comment does not end", at: start)
    }

    /// What stands between quotes; a doubled quote is one of the text.
    private mutating func quoted(_ quote: UInt8, _ what: String) throws(DialectError) -> String {
        let start = position
        position += 1
        var content: [UInt8] = []
        while let byte = peek() {
            position += 1
            guard byte == quote else {
                content.append(byte)
                continue
            }
            guard peek() == quote else { return String(decoding: content, as: UTF8.self) }
            content.append(quote)
            position += 1
        }
        throw DialectError("the \(what) that begins here does not end", at: start)
    }

    private mutating func blob(_ start: Int) throws(DialectError) -> [UInt8] {
        let digits = Array(try quoted(UInt8(ascii: "'"), "text").utf8)
        var blob: [UInt8] = []
        for pair in stride(from: 0, to: digits.count, by: 2) {
            guard pair + 1 < digits.count,
                let byte = UInt8(String(decoding: digits[pair...pair + 1], as: UTF8.self), radix: 16)
            else { throw DialectError("the bytes are not written in pairs of hexadecimal digits", at: start) }
            blob.append(byte)
        }
        return blob
    }

    private mutating func word() -> Token.Kind {
        let start = position
        while let byte = peek(), Self.isWordStart(byte) || Self.isDigit(byte) || byte == UInt8(ascii: "$") {
            position += 1
        }
        return .word(String(decoding: bytes[start..<position], as: UTF8.self).lowercased())
    }

    private mutating func number() -> Token.Kind {
        let start = position
        skipDigits()
        if peek() == UInt8(ascii: ".") {
            position += 1
            skipDigits()
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            let hasSign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
            if peek(hasSign ? 2 : 1).map(Self.isDigit) == true {
                position += hasSign ? 2 : 1
                skipDigits()
            }
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func skipDigits() {
        while let byte = peek(), Self.isDigit(byte) { position += 1 }
    }

    /// The longest first.
    private static let symbols = [
        "!~*", "::", "||", "==", "!=", "<>", "<=", ">=", "~*", "!~", "(", ")", "[", "]", ",", ".", ";", "+", "-", "*",
        "/", "%", "=", "<", ">", "~",
    ]

    private mutating func symbol(_ start: Int) throws(DialectError) -> Token.Kind {
        for symbol in Self.symbols where bytes[position...].starts(with: symbol.utf8) {
            position += symbol.utf8.count
            return .symbol(symbol)
        }
        let rest = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
        throw DialectError("'\(rest.prefix(1))' means nothing here", at: start)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func isWordStart(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
    }
}
