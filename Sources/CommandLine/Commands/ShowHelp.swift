extension CommandTable {
    /// `help`
    static let showHelp = Command(
        "help",
        "explain a command, or list all of them",
        arguments: [Command.Argument("COMMAND", "the words of a command", isOptionalList: true, completes: .commands)],
        examples: ["perdure help deployments register"]
    ) { call throws(ClientError) in
        let words = call.parsed.arguments
        guard words.isEmpty || !commands(under: words).isEmpty else {
            throw .usage("there is no command \(words.joined(separator: " "))", hint: "see: \(program) help")
        }
        return Rendering(page: HelpText.page(for: words))
    }
}
