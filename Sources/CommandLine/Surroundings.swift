import ControlProtocol
import Glibc

/// What a run of the client finds around it. The tests make their own.
package struct Surroundings {
    /// Where text goes.
    package enum Stream: Sendable {
        case output, error
    }

    /// What became of text that was written.
    package enum WriteResult: Equatable, Sendable {
        case written
        /// Whoever read our output has read enough.
        case readerGone
        case failed(String)
    }

    /// The words after the program's name.
    package var arguments: [String]
    package var environment: [String: String]
    package var userID: UInt32
    package var inputIsTerminal: Bool
    package var outputIsTerminal: Bool
    package var errorIsTerminal: Bool
    /// Whether a path is there.
    package var fileExists: (String) -> Bool
    /// A line that was typed, without its end; nil at the end of input.
    package var readLine: () -> String?
    /// What the service manager says of the daemon, such as `inactive`; nil where there is none.
    package var serviceState: () -> String?
    /// How times are shown where nobody asks for UTC.
    package var localTime: TimeText
    /// Lets so many milliseconds pass; false where nobody will be there afterwards.
    package var sleep: (Int) -> Bool
    /// The text of a file, or nil where there is none that can be read.
    package var readFile: (String) -> String?
    /// Puts a text into a file, or says why it cannot.
    package var writeFile: (_ path: String, _ text: String) -> String?
    /// Lets the person edit a text, or says why that cannot be.
    package var edit: (String) -> Result<String, EditorFailure>
    /// Keeps a text in a new file, and says where it is or why that cannot be.
    package var keep: (String) -> Result<String, EditorFailure>
    /// The directory that the command was given in.
    package var currentDirectory: String
    private let writeText: (Stream, String) -> WriteResult

    /// Surroundings in which nobody sits at a terminal, unless changed.
    package init(
        arguments: [String],
        environment: [String: String],
        userID: UInt32 = 0,
        write: @escaping (Stream, String) -> WriteResult
    ) {
        self.arguments = arguments
        self.environment = environment
        self.userID = userID
        self.inputIsTerminal = false
        self.outputIsTerminal = false
        self.errorIsTerminal = false
        self.fileExists = { access($0, F_OK) == 0 }
        self.readLine = { nil }
        self.serviceState = { nil }
        self.localTime = .utc
        self.sleep = { _ in false }
        self.readFile = { _ in nil }
        self.writeFile = { path, _ in "\(path) is out of reach" }
        self.edit = { _ in .failure(EditorFailure(reason: "there is no terminal for an editor")) }
        self.keep = { _ in .failure(EditorFailure(reason: "there is no place for it")) }
        self.currentDirectory = "/"
        self.writeText = write
    }

    /// Writes text; that is a result nobody need look at for standard error.
    @discardableResult func write(_ stream: Stream, _ text: String) -> WriteResult {
        text.isEmpty ? .written : writeText(stream, text)
    }

    /// Those of this process.
    package static func ofProcess() -> Surroundings {
        var surroundings = Surroundings(
            arguments: Array(Swift.CommandLine.arguments.dropFirst()),
            environment: processEnvironment(),
            userID: getuid(),
            write: writeToDescriptor
        )
        surroundings.inputIsTerminal = isatty(STDIN_FILENO) == 1
        surroundings.outputIsTerminal = isatty(STDOUT_FILENO) == 1
        surroundings.errorIsTerminal = isatty(STDERR_FILENO) == 1
        surroundings.readLine = { Swift.readLine() }
        surroundings.serviceState = ServiceManager.stateOfDaemon
        surroundings.localTime = LocalTime.text
        surroundings.sleep = { usleep(useconds_t(clamping: $0 * 1_000)) == 0 }
        surroundings.readFile = TextFile.read
        surroundings.writeFile = TextFile.write
        let directory = Editor.directory(surroundings.environment)
        surroundings.keep = { Editor.keep($0, in: directory) }
        surroundings.currentDirectory = TextFile.currentDirectory()
        // The usual editor needs a terminal; one that was chosen may be a script.
        if let command = Editor.chosen(surroundings.environment)
            ?? (surroundings.inputIsTerminal ? Editor.usual : nil)
        {
            surroundings.edit = { Editor.edit($0, with: command, in: directory) }
        }
        return surroundings
    }

    private static func processEnvironment() -> [String: String] {
        var result: [String: String] = [:]
        for name in [
            "PERDURE_SOCKET", "RUNTIME_DIRECTORY", "STATE_DIRECTORY", "XDG_RUNTIME_DIR", "HOME", "NO_COLOR", "TERM",
            "EDITOR", "VISUAL", "TMPDIR",
        ] + SourceMetadata.variables.map(\.variable) {
            if let value = getenv(name) { result[name] = String(cString: value) }
        }
        return result
    }

    private static func writeToDescriptor(_ stream: Stream, _ text: String) -> WriteResult {
        let descriptor = stream == .output ? STDOUT_FILENO : STDERR_FILENO
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EPIPE {
                return .readerGone
            } else if errno != EINTR {
                return .failed(SystemError.text(errno))
            }
        }
        return .written
    }
}
