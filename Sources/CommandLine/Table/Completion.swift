import ControlProtocol

/// What may come next on a command line, by the command table and by what the daemon knows.
struct Completion {
    private static let listedMax = 200

    let call: CommandCall

    /// The words that the last of these, which may be empty or begun, may become.
    func candidates(for words: [String]) -> [String] {
        let current = words.last ?? ""
        let all = allCandidates(before: Array(words.dropLast()), current)
        return Set(all).filter { $0.hasPrefix(current) }.sorted()
    }

    private func allCandidates(before typed: [String], _ current: String) -> [String] {
        let plain = Self.plainWords(typed)
        let count =
            plain.isEmpty ? nil : (1...plain.count).last { CommandTable.command(Array(plain.prefix($0))) != nil }
        let command = count.flatMap { CommandTable.command(Array(plain.prefix($0))) }
        let options = (command?.options ?? []) + Command.commonOptions
        if let last = typed.last.flatMap(OptionName.init(rawValue:)), CommandParser.takesValue(last) {
            return values(options.first { $0.name == last }?.completes)
        }
        if current.hasPrefix("-") { return options.map(\.name.rawValue) }
        guard let command, let count else { return Self.words(after: plain) }
        let index = plain.count - count
        let argument = index < command.arguments.count ? command.arguments[index] : command.arguments.last
        guard let argument, index < command.arguments.count || argument.isOptionalList else { return [] }
        if argument.completes == .commands { return Self.words(after: Array(plain.dropFirst(count))) }
        return values(argument.completes)
    }

    /// The words that are neither options nor their values.
    private static func plainWords(_ typed: [String]) -> [String] {
        var words: [String] = []
        var isValue = false
        for word in typed {
            defer { isValue = OptionName(rawValue: word).map(CommandParser.takesValue) ?? false }
            if !isValue, !word.hasPrefix("-") { words.append(word) }
        }
        return words
    }

    private static func words(after group: [String]) -> [String] {
        CommandTable.commands(under: group).filter { !$0.isHidden }
            .compactMap { $0.words.dropFirst(group.count).first }
    }

    /// What the daemon cannot tell just now cannot be completed.
    private func values(_ kind: Command.CompletionKind?) -> [String] {
        switch kind {
        case nil, .files?, .commands?: []
        case .words(let words)?: words
        case .statuses?: InvocationStatus.allCases.map(\.rawValue)
        case .places?: ["keep", "latest"] + values(.deployments)
        case .deployments?:
            (try? call.all(ListDeployments.self))?.deployments.map(\.id) ?? []
        case .services?:
            (try? call.all(ListServices.self))?.services.map(\.name) ?? []
        case .handlers?:
            (try? call.ask(ServiceStatus.self, ServiceStatus.Parameters()))?.services
                .flatMap { $0.handlers.map(\.name) } ?? []
        case .invocations?:
            (try? call.ask(ListInvocations.self, ListInvocations.Parameters(limit: Self.listedMax)))?.invocations
                .map(\.id) ?? []
        }
    }
}
