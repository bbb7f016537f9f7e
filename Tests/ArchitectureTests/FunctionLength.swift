/// A function or initialiser of a source file, from its declaration to its closing brace.
struct FunctionLength {
    /// What a reader takes in at once.
    static let linesMax = 70

    let name: String
    /// The index of the line of its declaration.
    let line: Int
    let lineCount: Int
}

extension SourceFile {
    /// Every function with a body, in the order of declaration. Closures count to the function they stand in.
    var functions: [FunctionLength] {
        code.indices.compactMap { line in
            guard code[line].mentions("func ") || code[line].mentions("init"),
                let match = code[line].firstMatch(of: /^\s*(?:[@\w()]+ )*(?:func ([^\s(<]+)|(init)[?<(])/),
                let end = endOfBody(declaredAt: line)
            else { return nil }
            return FunctionLength(
                name: String(match.1 ?? match.2 ?? ""),
                line: line,
                lineCount: end - line + 1
            )
        }
    }

    /// The index of the line with the brace that closes the body, or `nil` for a declaration without a body.
    private func endOfBody(declaredAt start: Int) -> Int? {
        var parentheses = 0
        var braces = 0
        var inBody = false
        for line in start..<code.count {
            if line > start, !inBody, parentheses == 0, !continuesSignature(code[line]) { return nil }
            for character in code[line] {
                switch character {
                case "(", "[": parentheses += 1
                case ")", "]": parentheses -= 1
                case "{":
                    if parentheses == 0 { inBody = true }
                    if inBody { braces += 1 }
                case "}" where inBody:
                    braces -= 1
                    if braces == 0 { return line }
                default: break
                }
            }
        }
        return nil
    }

    /// Whether a line after balanced parentheses still belongs to the declaration.
    private func continuesSignature(_ line: String) -> Bool {
        let text = line.drop { $0 == " " }
        return ["where ", "->", "throws", "async", "{"].contains { text.hasPrefix($0) }
    }
}
