/// One file of the configuration as it was read.
package struct ConfigurationFile: Sendable, Hashable {
    package let path: String
    package let text: String

    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// A key and the text of its value, where they stand.
    struct Assignment {
        let key: ConfigurationKey
        let value: String
        let origin: ConfigurationOrigin
    }

    /// All assignments in order; what is wrong with the file goes to `problems`.
    ///
    /// Lines are `[Section]`, `key = value`, comments (`#` or `;` first) or empty. A key may stand before the first
    /// section, but not in one that is not its own: a misplaced key is most often one that was pasted wrongly.
    func assignments(problems: inout [ConfigurationProblem]) -> [Assignment] {
        var assignments: [Assignment] = []
        var section: String?
        for (index, rawLine) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let origin = ConfigurationOrigin.file(path: path, line: index + 1)
            let line = Self.trimmed(rawLine)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                let name = String(line.dropFirst().dropLast())
                section = name
                if ConfigurationSection(rawValue: name) == nil {
                    let nearest = nearestName(to: name, among: ConfigurationSection.allCases.map(\.rawValue))
                    problems.append(.unknownSection(origin, name: name, nearest: nearest))
                    section = nil
                }
                continue
            }
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
                problems.append(.malformedLine(origin, text: String(line.prefix(Self.quotedCharactersMax))))
                continue
            }
            let name = Self.trimmed(line[..<equals])
            let value = String(Self.trimmed(line[line.index(after: equals)...]))
            guard let key = ConfigurationTable.key(named: name) else {
                problems.append(.unknownKey(origin, name: String(name), nearest: nearestKey(to: name)))
                continue
            }
            if let section, section != key.section.rawValue {
                problems.append(
                    .wrongSection(origin, key: key.name, found: section, belongs: key.section.rawValue)
                )
                continue
            }
            assignments.append(Assignment(key: key, value: value, origin: origin))
        }
        return assignments
    }

    /// How much of a line an error repeats.
    private static let quotedCharactersMax = 80

    private static func trimmed(_ text: Substring) -> Substring {
        let isSpace = { (character: Character) in character.isWhitespace }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }
}

func nearestKey(to name: some StringProtocol) -> String? {
    nearestName(to: name, among: ConfigurationTable.keys.map(\.name))
}
