import ControlProtocol

/// A manual page in the language of man(7), made from the command table.
struct ManualPage {
    /// Its name, without the section.
    let name: String
    /// The page.
    let text: String

    /// The page of the program, and one for each group of commands.
    static var all: [ManualPage] {
        let groups = CommandTable.commands.filter { !$0.isHidden && $0.words.count > 1 }.map { $0.words[0] }
        var seen: Set<String> = []
        return [program()] + groups.filter { seen.insert($0).inserted }.map(group)
    }

    private static func program() -> ManualPage {
        let name = CommandTable.program
        let commands = CommandTable.commands.filter { !$0.isHidden }
        var lines = head(name, "ask and steer perdured, the durable-execution server of this machine")
        lines += [".SH SYNOPSIS", ".B \(name)", "COMMAND [ARGUMENT...] [OPTION...]", ".SH COMMANDS"]
        for command in commands { lines += item(command.name, command.summary) }
        for command in commands where command.words.count == 1 { lines += section(command) }
        lines += tail()
        let groups = Set(commands.filter { $0.words.count > 1 }.map { $0.words[0] }).sorted()
        lines += [".SH SEE ALSO"]
        lines += groups.map { ".BR \(escaped("\(name)-\($0)")) (1)," } + [".BR perdured (8)"]
        return ManualPage(name: name, text: joined(lines))
    }

    private static func group(_ word: String) -> ManualPage {
        let name = "\(CommandTable.program)-\(word)"
        let commands = CommandTable.commands(under: [word]).filter { !$0.isHidden }
        var lines = head(name, "what \(CommandTable.program) does with \(word)")
        lines += [".SH SYNOPSIS"]
        for command in commands { lines += [".B \(escaped(CommandTable.program)) \(escaped(command.name))", ".br"] }
        for command in commands { lines += section(command) }
        lines += tail() + [".SH SEE ALSO", ".BR \(CommandTable.program) (1)"]
        return ManualPage(name: name, text: joined(lines))
    }

    private static func head(_ name: String, _ summary: String) -> [String] {
        [
            ".TH \(escaped(name.uppercased())) 1 \"\" \"perdure \(ProgramVersion.current)\" \"User Commands\"",
            ".SH NAME", "\(escaped(name)) \\- \(escaped(summary))",
        ]
    }

    private static func section(_ command: Command) -> [String] {
        var lines = [".SH \"\(escaped(CommandTable.program)) \(escaped(command.name))\"", sentence(command.summary)]
        lines += [".PP", escaped(HelpText.usage(of: command))]
        for argument in command.arguments { lines += item(argument.name, argument.summary) }
        for option in command.options {
            lines += item(option.name.rawValue + (option.value.map { " " + $0 } ?? ""), option.summary)
        }
        guard !command.examples.isEmpty else { return lines }
        lines += [".PP", "For example:", ".PP", ".nf", ".RS"]
        return lines + command.examples.map(line) + [".RE", ".fi"]
    }

    private static func tail() -> [String] {
        var lines = [".SH OPTIONS OF EVERY COMMAND"]
        for option in Command.commonOptions {
            lines += item(option.name.rawValue + (option.value.map { " " + $0 } ?? ""), option.summary)
        }
        lines += [".SH ENVIRONMENT"]
        for (name, meaning) in CommandTable.environment { lines += item(name, meaning) }
        lines += [".SH EXIT STATUS"]
        for code in ExitCode.allCases { lines += item(String(code.rawValue), code.meaning) }
        return lines
    }

    private static func item(_ term: String, _ meaning: String) -> [String] {
        [".TP", ".B \(escaped(term))", line(meaning)]
    }

    private static func sentence(_ text: String) -> String {
        line(text.prefix(1).uppercased() + text.dropFirst() + ".")
    }

    /// A line of text: what begins like a request must not be one.
    private static func line(_ text: String) -> String {
        let text = escaped(text)
        return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
    }

    /// Backslashes mean something else there, and a plain minus would be printed as a hyphen.
    static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\\": "\\e"
            case "-": "\\-"
            case "\n": " "
            default: String(character)
            }
        }.joined()
    }

    private static func joined(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
}
