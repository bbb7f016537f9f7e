import CommandLine
import Testing

@Suite struct CommandParserTests {
    private static func parse(_ line: String) throws(ClientError) -> ParsedCommand {
        try CommandParser.parse(line.split(separator: " ").map { $0 == "''" ? "" : String($0) })
    }

    @Test(
        arguments: [
            ("status", "status", [], [:]),
            ("deployments register http://a", "deployments register", ["http://a"], [:]),
            (
                "deployments register --force http://a --use-http1.1 --yes", "deployments register", ["http://a"],
                [.force: "", .useHTTP11: "", .yes: ""]
            ),
            ("--json deployments list --socket /s", "deployments list", [], [.json: "", .socket: "/s"]),
            ("deployments --json list --socket=/s=t", "deployments list", [], [.json: "", .socket: "/s=t"]),
            (
                "invocations list --limit 5 --status running,paused", "invocations list", [],
                [.limit: "5", .status: "running,paused"]
            ),
            ("services describe -- --odd", "services describe", ["--odd"], [:]),
            ("services describe -", "services describe", ["-"], [:]),
            ("invocations list --service -", "invocations list", [], [.service: "-"]),
            ("invocations list --key=--all", "invocations list", [], [.key: "--all"]),
            ("help deployments register", "help", ["deployments", "register"], [:]),
        ] as [(String, String, [String], [OptionName: String])]
    )
    func `a command line is understood`(
        line: String,
        name: String,
        arguments: [String],
        options: [OptionName: String]
    ) throws {
        let parsed = try Self.parse(line)
        guard case .run(let command) = parsed.request else {
            Issue.record("no command")
            return
        }
        #expect(command.name == name)
        #expect(parsed.arguments == arguments)
        #expect(parsed.options == options.mapValues { [$0] })
    }

    @Test(
        arguments: [
            ("", []), ("--help", []), ("-h", []), ("deployments --help", ["deployments"]),
            ("deployments register --help", ["deployments", "register"]),
            ("deployments remove -h", ["deployments", "remove"]),
        ] as [(String, [String])]
    )
    func `help is asked for`(line: String, words: [String]) throws {
        guard case .help(words) = try Self.parse(line).request else {
            Issue.record("no help")
            return
        }
    }

    @Test(arguments: ["--version", "status --version", "--json --version"])
    func `the version is asked for`(line: String) throws {
        guard case .version = try Self.parse(line).request else {
            Issue.record("no version")
            return
        }
    }

    @Test(arguments: [
        ("frobnicate", "there is no command frobnicate", "see: perdure help"),
        ("staus", "there is no command staus", "did you mean: perdure status"),
        ("deployments lst", "there is no command deployments lst", "did you mean: perdure deployments list"),
        ("deployments frobnicate", "there is no command deployments frobnicate", "see: perdure help deployments"),
        (
            "deployments", "deployments needs one of: register, list, describe, update, history, wait, remove, prune",
            "see: perdure help deployments"
        ),
        (
            "deployments remove", "deployments remove needs ID, the id of a deployment, dp_...",
            "usage: perdure deployments remove ID [--force] [--yes]"
        ),
        (
            "deployments remove a b", "deployments remove does not take \"b\"",
            "usage: perdure deployments remove ID [--force] [--yes]"
        ),
        ("services list extra", "services list does not take \"extra\"", "usage: perdure services list [--watch]"),
        ("services describe ''", "services describe was given an empty word", "usage: perdure services describe NAME"),
        ("status --force", "status takes no --force", "usage: perdure status [--watch]"),
        ("status --froce", "there is no option --froce", "did you mean: --force"),
        ("status --frobnicate", "there is no option --frobnicate", "see: perdure help"),
        ("status -x", "there is no option -x", "see: perdure help"),
        ("status --socket", "--socket needs a value", "see: perdure help"),
        ("status --socket=", "--socket needs a value", "see: perdure help"),
        (
            "invocations list --service --socket X", "--service needs a value, and --socket looks like another option",
            "if that is the value, write --service=--socket"
        ),
        ("status --json=yes", "--json takes no value", "see: perdure help"),
        ("status --json --json", "--json is given twice", "see: perdure help"),
        ("status --socket /a --socket /b", "--socket is given twice", "see: perdure help"),
    ])
    func `a command line that cannot be understood says what to type`(line: String, message: String, hint: String) {
        #expect(throws: ClientError.usage(message, hint: hint)) { try Self.parse(line) }
    }

    @Test(arguments: [
        ["invocations", "list", "--status", "dead"], ["invocations", "list", "--status", "running,"],
        ["invocations", "list", "--limit", "0"], ["invocations", "list", "--limit", "many"],
        ["invocations", "list", "--limit", "99999999999999999999"], ["sql", "SELECT 1", "--limit", "-1"],
        ["help", "frobnicate"], ["deployments", "wait", "dp_1", "--for", "active"],
        ["deployments", "wait", "dp_1", "--timeout", "soon"], ["deployments", "prune", "--older-than", "-1d"],
        ["invocations", "kill"], ["invocations", "kill", "inv_1", "--service", "G"],
        ["invocations", "kill", "--status", "dead"], ["invocations", "restart", "inv_1", "--from", "-1"],
        ["services", "config", "set", "G"], ["services", "config", "set", "G", "--visibility", "secret"],
        ["services", "config", "set", "G", "--retry-factor", "0.5"],
        ["services", "config", "set", "G", "--retry-on-max-attempts", "forget"],
        ["state", "patch", "G", "k", "{}"], ["state", "patch", "G", "k", "@/nonexistent"],
        ["sql", "SELECT 1", "--format", "xml"], ["completion", "csh"], ["services", "status", "A", "B"],
    ])
    func `a bad value is refused before the daemon is asked`(arguments: [String]) throws {
        guard case .run = try CommandParser.parse(arguments).request else {
            Issue.record("no command")
            return
        }
        let error = Self.run(arguments)
        #expect(error.exitCode == .usage)
        #expect(error.output.isEmpty)
        #expect(error.error.hasPrefix("error: "))
    }

    private static func run(_ arguments: [String]) -> ClientRun {
        ClientRun(words: arguments, socket: "/nonexistent")
    }

    @Test func `no word of a command is given twice, and options agree on values`() {
        #expect(Set(CommandTable.commands.map(\.name)).count == CommandTable.commands.count)
        for command in CommandTable.commands {
            for option in command.options + Command.commonOptions {
                #expect(
                    (option.value != nil) == CommandParser.takesValue(option.name),
                    "\(command.name) \(option.name)"
                )
            }
            for example in command.examples { #expect(example.hasPrefix("perdure \(command.name)")) }
        }
    }

    @Test func `the help names everything`() {
        let help = HelpText.page(for: []).text(colours: false)
        for command in CommandTable.commands where !command.isHidden {
            #expect(help.contains("  \(command.name)"))
            let page = HelpText.page(for: command.words).text(colours: false)
            for option in command.options { #expect(page.contains(option.name.rawValue)) }
        }
        for code in ExitCode.allCases { #expect(help.contains("\(code.rawValue)  \(code.meaning)")) }
    }
}
