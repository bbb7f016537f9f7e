/// What the command line of the daemon asks for.
package struct StartArguments: Sendable {
    package enum Mode: Sendable, Hashable {
        case run
        /// Print the configuration that would be used, or what is wrong with it, and end.
        case checkConfiguration
        case help
        case version
    }

    package private(set) var mode = Mode.run
    /// The configuration file named by `--config`.
    package private(set) var configurationPath: String?
    /// Values by flags, in the order given.
    private(set) var values: [(key: ConfigurationKey, value: String)] = []

    /// Reads the arguments, the program's own name left out.
    package init(_ arguments: [String]) throws(ConfigurationFailure) {
        var problems: [ConfigurationProblem] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-"), argument.count > 1 else {
                problems.append(.unexpectedArgument(argument))
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            take(flag: parts[0], inlineValue: parts.count > 1 ? parts[1] : nil, rest: &rest, problems: &problems)
        }
        if !problems.isEmpty, mode != .help { throw ConfigurationFailure(problems: problems) }
    }

    private mutating func take(
        flag: String,
        inlineValue: String?,
        rest: inout ArraySlice<String>,
        problems: inout [ConfigurationProblem]
    ) {
        let key = flag.hasPrefix("--") ? ConfigurationTable.key(named: flag.dropFirst(2)) : nil
        let asked = Self.modes[flag]
        if asked != nil || key?.isSwitch == true {
            guard inlineValue == nil else { return problems.append(.flagTakesNoValue(flag)) }
            if let asked { mode = asked }
            if let key { values.append((key, "on")) }
            return
        }
        guard key != nil || flag == Self.configurationFlag else {
            return problems.append(.unknownFlag(flag, nearest: Self.nearestFlag(to: flag)))
        }
        guard let value = inlineValue ?? Self.takeValue(from: &rest) else {
            return problems.append(.flagValueMissing(flag))
        }
        if let key { values.append((key, value)) } else { configurationPath = value }
    }

    /// The next argument, unless it is a flag: a value that was forgotten must not swallow the flag behind it.
    private static func takeValue(from rest: inout ArraySlice<String>) -> String? {
        guard let next = rest.first, !next.hasPrefix("--") else { return nil }
        rest.removeFirst()
        return next
    }

    static let configurationFlag = "--config"

    private static let modes: [String: Mode] = [
        "--help": .help, "-h": .help, "--version": .version, "--check-config": .checkConfiguration,
    ]

    private static func nearestFlag(to flag: String) -> String? {
        let flags = ConfigurationTable.keys.map(\.flag) + modes.keys.sorted() + [configurationFlag]
        return nearestName(to: flag, among: flags)
    }
}
