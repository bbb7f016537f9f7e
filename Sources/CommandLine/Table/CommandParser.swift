/// A command line that was understood.
package struct ParsedCommand: Sendable {
    /// What is to be done.
    package enum Request: Sendable {
        /// A command of the table.
        case run(Command)
        /// The help of a command or a group, or of everything.
        case help([String])
        /// The version of the program.
        case version
    }

    /// What is to be done.
    package let request: Request
    /// The words after the command, as many as it takes.
    package let arguments: [String]
    /// The options given and their values, in order; a switch has an empty one.
    package let options: [OptionName: [String]]

    /// Whether an option was given.
    package func has(_ name: OptionName) -> Bool { options[name] != nil }

    /// The value of an option, if it was given.
    package func value(_ name: OptionName) -> String? { options[name]?.first }

    /// All values of an option that may be given several times.
    package func values(_ name: OptionName) -> [String] { options[name] ?? [] }
}

/// Reads a command line by the command table.
package struct CommandParser {
    private var words: [String] = []
    private var options: [OptionName: [String]] = [:]
    private var optionsHaveEnded = false

    /// Understands the words after the program's name, or says what is wrong with them and what to type instead.
    package static func parse(_ arguments: [String]) throws(ClientError) -> ParsedCommand {
        var parser = CommandParser()
        try parser.read(arguments)
        return try parser.resolve()
    }

    // MARK: Words and options

    private mutating func read(_ arguments: [String]) throws(ClientError) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if optionsHaveEnded || !word.hasPrefix("-") || word == "-" {
                words.append(word)
            } else if word == "--" {
                optionsHaveEnded = true
            } else {
                try readOption(word == "-h" ? OptionName.help.rawValue : word, &rest)
            }
        }
    }

    private mutating func readOption(_ word: String, _ rest: inout ArraySlice<String>) throws(ClientError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let (typed, attached) = (parts[0], parts.count > 1 ? parts[1] : nil)
        guard let name = OptionName(rawValue: typed) else {
            throw .usage("there is no option \(typed)", hint: Self.hint(forOption: typed))
        }
        if Self.takesValue(name) {
            if attached == nil, let next = rest.first, next.hasPrefix("--") {
                throw .usage(
                    "\(typed) needs a value, and \(next) looks like another option",
                    hint: "if that is the value, write \(typed)=\(next)"
                )
            }
            guard let value = attached ?? rest.popFirst(), !value.isEmpty else {
                throw .usage("\(typed) needs a value", hint: Self.helpHint([]))
            }
            options[name, default: []].append(value)
        } else {
            guard attached == nil else { throw .usage("\(typed) takes no value", hint: Self.helpHint([])) }
            options[name, default: []].append("")
        }
    }

    /// An option takes a value in all commands or in none, so that it can be read before the command is known.
    package static func takesValue(_ name: OptionName) -> Bool {
        switch name {
        case .abortTimeout, .continuing, .deployment, .extraHeader, .format, .from, .handler,
            .idempotencyRetention, .ifVersion, .inactivityTimeout, .journalRetention, .key, .limit,
            .metadata, .olderThan, .on, .retryFactor, .retryInitialInterval, .retryMaxAttempts,
            .retryMaxInterval, .retryOnMaxAttempts, .service, .socket, .status, .timeout, .uri, .visibility,
            .waitFor, .workflowRetention:
            true
        case .all, .base64, .breaking, .drained, .dryRun, .extra, .force, .help, .json, .overwrite,
            .useHTTP11, .utc, .version, .watch, .yes, .zombie:
            false
        }
    }

    // MARK: The command

    private func resolve() throws(ClientError) -> ParsedCommand {
        if options[.version] != nil { return parsed(.version, []) }
        if words.isEmpty { return parsed(.help([]), []) }
        let count = (1...words.count).last { CommandTable.command(Array(words.prefix($0))) != nil }
        guard let count, let command = CommandTable.command(Array(words.prefix(count))) else {
            return try resolveGroup()
        }
        if options[.help] != nil { return parsed(.help(command.words), []) }
        let arguments = Array(words.dropFirst(count))
        try check(arguments, of: command)
        try checkOptions(of: command)
        return parsed(.run(command), arguments)
    }

    /// The words are no command: perhaps they begin several.
    private func resolveGroup() throws(ClientError) -> ParsedCommand {
        if !CommandTable.commands(under: words).isEmpty {
            if options[.help] != nil { return parsed(.help(words), []) }
            let next = CommandTable.commands(under: words).compactMap { $0.words.dropFirst(words.count).first }
            throw .usage(
                "\(words.joined(separator: " ")) needs one of: \(next.joined(separator: ", "))",
                hint: Self.helpHint(words)
            )
        }
        throw unknownCommand()
    }

    /// The first word that no command has at its place, and the word that may have been meant.
    private func unknownCommand() -> ClientError {
        let known = words.indices.last { !CommandTable.commands(under: Array(words.prefix($0))).isEmpty } ?? 0
        let group = Array(words.prefix(known))
        let typed = words.prefix(known + 1).joined(separator: " ")
        let next = CommandTable.commands(under: group).compactMap { $0.words.dropFirst(known).first }
        guard let nearest = NearestName.to(words[known], among: next) else {
            return .usage("there is no command \(typed)", hint: Self.helpHint(group))
        }
        let meant = ([CommandTable.program] + group + [nearest]).joined(separator: " ")
        return .usage("there is no command \(typed)", hint: "did you mean: \(meant)")
    }

    private func check(_ arguments: [String], of command: Command) throws(ClientError) {
        let required = command.arguments.filter { !$0.isOptionalList }
        if let missing = required.dropFirst(arguments.count).first {
            throw .usage(
                "\(command.name) needs \(missing.name), \(missing.summary)",
                hint: "usage: \(HelpText.usage(of: command))"
            )
        }
        if arguments.count > required.count, !command.arguments.contains(where: \.isOptionalList) {
            throw .usage(
                "\(command.name) does not take \"\(arguments[required.count])\"",
                hint: "usage: \(HelpText.usage(of: command))"
            )
        }
        // The word under completion may be empty.
        if arguments.contains(""), !command.isHidden {
            throw .usage("\(command.name) was given an empty word", hint: "usage: \(HelpText.usage(of: command))")
        }
    }

    private func checkOptions(of command: Command) throws(ClientError) {
        let taken = command.options + Command.commonOptions
        let known = taken.map(\.name)
        if let foreign = options.keys.filter({ !known.contains($0) }).map(\.rawValue).min() {
            throw .usage("\(command.name) takes no \(foreign)", hint: "usage: \(HelpText.usage(of: command))")
        }
        let single = taken.filter { !$0.isRepeated && (options[$0.name]?.count ?? 0) > 1 }
        if let twice = single.map(\.name.rawValue).min() {
            throw .usage("\(twice) is given twice", hint: Self.helpHint([]))
        }
    }

    private func parsed(_ request: ParsedCommand.Request, _ arguments: [String]) -> ParsedCommand {
        ParsedCommand(request: request, arguments: arguments, options: options)
    }

    // MARK: What to type instead

    private static func hint(forOption typed: String) -> String {
        if let nearest = NearestName.to(typed, among: OptionName.allCases.map(\.rawValue)) {
            return "did you mean: \(nearest)"
        }
        return helpHint([])
    }

    private static func helpHint(_ words: [String]) -> String {
        "see: \(([CommandTable.program, "help"] + words).joined(separator: " "))"
    }
}
