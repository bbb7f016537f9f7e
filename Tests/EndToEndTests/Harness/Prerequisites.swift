import FoundationEssentials
import Testing

/// What these tests need besides themselves: the programs of the same build and the services' virtual environment.
enum Prerequisites {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let services = root.appending(path: "Tests/EndToEndTests/services").path
    static let python = root.appending(path: ".venv/bin/python").path
    static let socketActivate = "/usr/bin/systemd-socket-activate"

    static func program(_ name: String) -> String { root.appending(path: ".build/debug/\(name)").path }

    /// What is missing, in words; empty when everything is there.
    static let missing: [String] = {
        let programs = ["perdured", "perdured-query", "perdure"].filter { !isProgram(program($0)) }
            .map { "the program .build/debug/\($0); run `swift build`" }
        let environment = isProgram(python) ? [] : ["the virtual environment .venv; run `make venv`"]
        return programs + environment
            + (programs.isEmpty && !daemonAnswers() ? ["a daemon that knows its version"] : [])
    }()

    static let areMet = missing.isEmpty
    /// `make test` and the checks of a change set this: nothing may be left out then without a word.
    static let mustBeMet = ProcessInfo.processInfo.environment["REQUIRE_END_TO_END"] != nil

    /// Whether the program is a whole daemon.
    private static func daemonAnswers() -> Bool {
        let output = FileManager.default.temporaryDirectory.appending(path: "perdured-version-\(UUID().uuidString)")
            .path
        defer { try? FileManager.default.removeItem(atPath: output) }
        guard
            let process = try? ChildProcess(program("perdured"), ["--version"], environment: [:], outputPath: output),
            (try? process.wait(seconds: 10)) == .status(0)
        else { return false }
        return process.output.hasPrefix("perdured ")
    }

    private static func isProgram(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }
}

/// All tests that start the real programs. They run one after the other: each has the machine to itself.
@Suite(
    .serialized,
    .enabled(
        if: Prerequisites.areMet || Prerequisites.mustBeMet,
        "the programs or the virtual environment are missing; run `make test`"
    )
)
enum EndToEnd {}

struct PrerequisiteTests {
    @Test(.enabled(if: Prerequisites.mustBeMet, "only where nothing may be left out"))
    func everythingTheEndToEndTestsNeedIsThere() {
        #expect(Prerequisites.missing.isEmpty, "missing: \(Prerequisites.missing.joined(separator: ", "))")
    }
}
