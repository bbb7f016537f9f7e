/// The help, made from the command table.
package enum HelpText {
    /// How a command is typed, in one line.
    package static func usage(of command: Command) -> String {
        let arguments = command.arguments.map { $0.isOptionalList ? "[\($0.name)...]" : $0.name }
        let options = command.options.map { "[\(typed($0))]" + ($0.isRepeated ? "..." : "") }
        return ([CommandTable.program] + command.words + arguments + options).joined(separator: " ")
    }

    /// The help of a command, of a group of commands, or of everything.
    package static func page(for words: [String]) -> Page {
        if let command = CommandTable.command(words) { return page(of: command) }
        var page = Page()
        if words.isEmpty {
            page.add(
                .text("\(CommandTable.program) asks and steers perdured, the durable-execution server of this machine.")
            )
        }
        page.add(.heading("Commands"))
        page.add(
            .table(
                list(
                    CommandTable.commands(under: words).filter { !$0.isHidden }.map { (invocation(of: $0), $0.summary) }
                )
            )
        )
        if words.isEmpty { addCommon(to: &page) }
        page.add(.text(""))
        page.add(.text("\(CommandTable.program) help COMMAND explains one of them."))
        return page
    }

    private static func page(of command: Command) -> Page {
        var page = Page()
        page.add(.text(command.summary))
        page.add(.heading("Usage"))
        page.add(.text("  " + usage(of: command)))
        if !command.arguments.isEmpty {
            page.add(.heading("Arguments"))
            page.add(.table(list(command.arguments.map { ($0.name, $0.summary) })))
        }
        page.add(.heading("Options"))
        page.add(.table(list((command.options + Command.commonOptions).map { (typed($0), $0.summary) })))
        if !command.examples.isEmpty {
            page.add(.heading("Examples"))
            for example in command.examples { page.add(.text("  " + example)) }
        }
        return page
    }

    private static func addCommon(to page: inout Page) {
        page.add(.heading("Options of every command"))
        let version = (OptionName.version.rawValue, "print the version of the program")
        page.add(.table(list(Command.commonOptions.map { (typed($0), $0.summary) } + [version])))
        page.add(.heading("Environment"))
        page.add(.table(list(CommandTable.environment)))
        page.add(.heading("Exit status"))
        page.add(.table(list(ExitCode.allCases.map { (String($0.rawValue), $0.meaning) })))
    }

    private static func invocation(of command: Command) -> String {
        (command.words + command.arguments.map(\.name)).joined(separator: " ")
    }

    private static func typed(_ option: Command.Option) -> String {
        option.value.map { "\(option.name.rawValue) \($0)" } ?? option.name.rawValue
    }

    private static func list(_ lines: [(String, String)]) -> Table {
        Table(titles: [], rows: lines.map { [Cell("  " + $0.0), Cell($0.1)] })
    }
}
