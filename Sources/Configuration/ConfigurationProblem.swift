/// What is wrong with a configuration. Nothing of it is used then: a daemon does not start, a reload changes nothing.
package struct ConfigurationFailure: Error, Sendable, CustomStringConvertible {
    /// At least one, in the order they were found.
    package let problems: [ConfigurationProblem]

    /// One line for each problem.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One thing that is wrong, and where.
package enum ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    case unreadableFile(path: String, reason: String)
    /// A line that is neither a section, nor `key = value`, nor a comment.
    case malformedLine(ConfigurationOrigin, text: String)
    case unknownSection(ConfigurationOrigin, name: String, nearest: String?)
    case unknownKey(ConfigurationOrigin, name: String, nearest: String?)
    case wrongSection(ConfigurationOrigin, key: String, found: String, belongs: String)
    case badValue(ConfigurationOrigin, key: String, value: String, reason: String)
    case unknownFlag(String, nearest: String?)
    case flagValueMissing(String)
    case flagTakesNoValue(String)
    case unexpectedArgument(String)
    case noDataDirectory
    case remoteAdmin(String)
    case sameAddress(String)

    package var description: String {
        switch self {
        case .unreadableFile(let path, let reason): "cannot read the configuration file \(path): \(reason)"
        case .malformedLine(let origin, let text):
            "\(origin): '\(text)' is neither a [Section] nor 'key = value'; comments start with #"
        case .unknownSection(let origin, let name, let nearest):
            "\(origin): there is no section [\(name)]\(Self.hint(nearest.map { "[\($0)]" }))"
        case .unknownKey(let origin, let name, let nearest):
            "\(origin): there is no key '\(name)'\(Self.hint(nearest.map { "'\($0)'" }))"
        case .wrongSection(let origin, let key, let found, let belongs):
            "\(origin): the key '\(key)' belongs to section [\(belongs)], not to [\(found)]"
        case .badValue(let origin, let key, let value, let reason): "\(origin): \(key) '\(value)' \(reason)"
        case .unknownFlag(let flag, let nearest):
            "there is no flag '\(flag)'\(Self.hint(nearest.map { "'\($0)'" })); perdured --help lists all"
        case .flagValueMissing(let flag): "the flag \(flag) needs a value"
        case .flagTakesNoValue(let flag): "the flag \(flag) is a switch and takes no value"
        case .unexpectedArgument(let argument):
            "'\(argument)' is no flag, and perdured takes no other arguments; perdured --help lists the flags"
        case .noDataDirectory:
            "there is no place for the data: neither STATE_DIRECTORY nor HOME is set; give --data-dir DIR"
        case .remoteAdmin(let address):
            """
            the admin address \(address) can be reached from other machines and knows no authentication; use one of \
            127.0.0.0/8 or [::1], or allow it with admin-allow-remote
            """
        case .sameAddress(let address): "ingress-address and admin-address are both \(address); they need one each"
        }
    }

    private static func hint(_ nearest: String?) -> String { nearest.map { "; did you mean \($0)?" } ?? "" }
}

/// What is worth a word but stops nothing.
package enum ConfigurationWarning: Hashable, Sendable, CustomStringConvertible {
    /// A variable that looks like ours; it may belong to a newer version or another program.
    case unknownVariable(String, nearest: String?)

    package var description: String {
        switch self {
        case .unknownVariable(let name, let nearest):
            "the environment variable \(name) is none that perdured knows, ignoring it"
                + (nearest.map { "; did you mean \($0)?" } ?? "")
        }
    }
}

/// Where the value of a key comes from, in rising order of precedence.
package enum ConfigurationOrigin: Hashable, Sendable, CustomStringConvertible {
    case builtIn
    case file(path: String, line: Int)
    case environment(variable: String)
    case flag(String)

    package var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let variable): "environment variable \(variable)"
        case .flag(let flag): "flag \(flag)"
        }
    }
}
