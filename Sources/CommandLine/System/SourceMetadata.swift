/// Where the code of a deployment comes from, as far as the surroundings of its registration tell.
enum SourceMetadata {
    /// Variables that build services set, and the names under which they are remembered.
    static let variables: [(variable: String, name: String)] = [
        ("GITHUB_SHA", "git.commit"), ("CI_COMMIT_SHA", "git.commit"), ("GITHUB_REPOSITORY", "ci.repository"),
        ("CI_PROJECT_PATH", "ci.repository"), ("GITHUB_RUN_ID", "ci.run"), ("CI_PIPELINE_ID", "ci.run"),
        ("BUILD_NUMBER", "ci.run"),
    ]

    private static let name = "git.commit"
    private static let levelsMax = 64

    /// The facts by name; what the build service says comes before what the directory looks like.
    static func facts(_ surroundings: Surroundings) -> [String: String] {
        var facts: [String: String] = [:]
        for (variable, name) in variables where facts[name] == nil {
            if let value = surroundings.environment[variable], !value.isEmpty { facts[name] = value }
        }
        if facts[name] == nil, let commit = commit(surroundings) { facts[name] = commit }
        return facts
    }

    /// The commit that the directory, or the nearest above it, has checked out.
    private static func commit(_ surroundings: Surroundings) -> String? {
        var directory = surroundings.currentDirectory
        for _ in 0..<levelsMax {
            if let head = surroundings.readFile("\(directory)/.git/HEAD") {
                return commit(head: head, git: "\(directory)/.git", surroundings.readFile)
            }
            guard let slash = directory.lastIndex(of: "/"), directory != "/", !directory.isEmpty else { return nil }
            directory = String(directory[..<slash])
        }
        return nil
    }

    private static func commit(head: String, git: String, _ read: (String) -> String?) -> String? {
        let line = firstLine(head)
        guard line.hasPrefix("ref: ") else { return checked(line) }
        let reference = String(line.dropFirst(5))
        guard !reference.contains(".."), !reference.hasPrefix("/") else { return nil }
        if let text = read("\(git)/\(reference)") { return checked(firstLine(text)) }
        guard let packed = read("\(git)/packed-refs") else { return nil }
        let found = packed.split(separator: "\n").first { $0.hasSuffix(" \(reference)") }
        return found.flatMap { checked(String($0.prefix { $0 != " " })) }
    }

    private static func firstLine(_ text: String) -> String { String(text.prefix { !$0.isNewline }) }

    /// Hash values only: what else may stand in such a file is not for others to see.
    private static func checked(_ text: String) -> String? {
        let isHash = (40...64).contains(text.utf8.count) && text.allSatisfy { $0.isHexDigit && $0.isASCII }
        return isHash ? text : nil
    }
}
