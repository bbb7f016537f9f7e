/// One line of the command table: everything that parsing, help and documentation need to know of a command, and
/// what it does.
package struct Command: Sendable {
    /// A word that must follow the command.
    package struct Argument: Sendable {
        /// Its placeholder, such as `ID`.
        package let name: String
        /// What it is, in a few words.
        package let summary: String
        /// Whether it may be left out or given several times.
        package let isOptionalList: Bool
        /// What it names, so that a shell can complete it.
        package let completes: CompletionKind?

        /// An argument that must be given once, unless said otherwise.
        package init(
            _ name: String,
            _ summary: String,
            isOptionalList: Bool = false,
            completes: CompletionKind? = nil
        ) {
            self.name = name
            self.summary = summary
            self.isOptionalList = isOptionalList
            self.completes = completes
        }
    }

    /// An option it takes.
    package struct Option: Sendable {
        /// Its name.
        package let name: OptionName
        /// The placeholder of its value; nil for a switch.
        package let value: String?
        /// What it does, in a few words.
        package let summary: String
        /// Whether it may be given several times.
        package let isRepeated: Bool
        /// What its value names, so that a shell can complete it.
        package let completes: CompletionKind?

        /// A switch, or with `value` an option that takes one.
        package init(
            _ name: OptionName,
            value: String? = nil,
            _ summary: String,
            isRepeated: Bool = false,
            completes: CompletionKind? = nil
        ) {
            self.name = name
            self.value = value
            self.summary = summary
            self.isRepeated = isRepeated
            self.completes = completes
        }
    }

    /// What a word names.
    package enum CompletionKind: Equatable, Sendable {
        /// Ids and names that the daemon knows.
        case deployments, services, handlers, invocations
        /// Where an invocation may go on: `keep`, `latest` or the id of a deployment.
        case places
        /// The statuses of invocations.
        case statuses
        /// Files and directories.
        case files
        /// Words of the command table.
        case commands
        /// One of these.
        case words([String])
    }

    /// What it does with what was typed.
    package typealias Action = @Sendable (CommandCall) throws(ClientError) -> Rendering

    /// Its words, such as `deployments`, `register`.
    package let words: [String]
    /// What it does, in one line.
    package let summary: String
    /// What it takes, in order.
    package let arguments: [Argument]
    /// What may be added.
    package let options: [Option]
    /// Command lines that work as they stand, but for names.
    package let examples: [String]
    /// Whether it is for programs only, and the help is silent about it.
    package let isHidden: Bool
    /// Carries it out.
    package let action: Action

    /// A command of these properties.
    package init(
        _ words: String,
        _ summary: String,
        arguments: [Argument] = [],
        options: [Option] = [],
        examples: [String] = [],
        isHidden: Bool = false,
        action: @escaping Action
    ) {
        self.words = words.split(separator: " ").map(String.init)
        self.summary = summary
        self.arguments = arguments
        self.options = options
        self.examples = examples
        self.isHidden = isHidden
        self.action = action
    }

    /// The words with spaces between them.
    package var name: String { words.joined(separator: " ") }

    /// The option of commands that show what there is.
    static let watchOption = Option(.watch, "show it again every two seconds, until interrupted")

    /// Options that every command takes.
    package static let commonOptions = [
        Option(.json, "print the result as JSON, for programs"),
        Option(.utc, "show times in UTC instead of local time"),
        Option(.socket, value: "PATH", "ask the daemon at this control socket", completes: .files),
        Option(.help, "explain the command"),
    ]
}
