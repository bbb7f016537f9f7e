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

        /// An argument that must be given once, unless said otherwise.
        package init(_ name: String, _ summary: String, isOptionalList: Bool = false) {
            self.name = name
            self.summary = summary
            self.isOptionalList = isOptionalList
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

        /// A switch, or with `value` an option that takes one.
        package init(_ name: OptionName, value: String? = nil, _ summary: String) {
            self.name = name
            self.value = value
            self.summary = summary
        }
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
    /// Carries it out.
    package let action: Action

    /// A command of these properties.
    package init(
        _ words: String,
        _ summary: String,
        arguments: [Argument] = [],
        options: [Option] = [],
        examples: [String] = [],
        action: @escaping Action
    ) {
        self.words = words.split(separator: " ").map(String.init)
        self.summary = summary
        self.arguments = arguments
        self.options = options
        self.examples = examples
        self.action = action
    }

    /// The words with spaces between them.
    package var name: String { words.joined(separator: " ") }

    /// Options that every command takes.
    package static let commonOptions = [
        Option(.json, "print the result as JSON, for programs"),
        Option(.socket, value: "PATH", "ask the daemon at this control socket"),
        Option(.help, "explain the command"),
    ]
}
