import Testing

/// Rules of the code itself that neither the compiler nor the formatter checks.
struct HouseRuleTests {
    private struct Ban {
        let code: String
        let instead: String
        /// Beginnings of the paths that are free of it.
        var exceptIn: [String] = []
    }

    private static let bans = [
        Ban(code: "fatalError(", instead: "throw an error of the room, or state our own invariant with precondition"),
        Ban(code: "preconditionFailure(", instead: "throw an error of the room, or make the case impossible by type"),
        Ban(code: "try!", instead: "catch the error, or let the function throw it"),
        Ban(code: "as!", instead: "use as? with a guard, or a type that needs no cast"),
        Ban(code: "unowned(unsafe)", instead: "use unowned"),
        Ban(
            code: "print(",
            instead: "write a record through Logging, or text through the output of the command line",
            exceptIn: ["Sources/perdure-bench/", "Sources/perdure-simulation/"]
        ),
    ]

    @Test func noCallEndsOrBypassesTheProgramUnseen() throws {
        for file in try SourceFile.sources.get() {
            for ban in Self.bans where !ban.exceptIn.contains(where: { file.path.hasPrefix($0) }) {
                for (index, line) in file.code.enumerated() where line.mentions(ban.code) {
                    Issue.record("\(file.place(index)): \(ban.code) is not allowed; \(ban.instead)")
                }
            }
        }
    }

    @Test func everyEscapeFromTheConcurrencyRulesHasItsProofAboveIt() throws {
        for file in try SourceFile.sources.get() {
            for (index, line) in file.code.enumerated()
            where line.mentions("@unchecked") || line.mentions("nonisolated(unsafe)") {
                let above = index > 0 ? file.lines[index - 1].drop { $0 == " " } : ""
                if above.hasPrefix("//") { continue }
                Issue.record(
                    "\(file.place(index)): say in a comment right above who owns this and why it is safe, or make it so"
                )
            }
        }
    }

    @Test func nothingIsLeftForLater() throws {
        for file in try SourceFile.sources.get() {
            for (index, line) in file.lines.enumerated() where line.mentions("TODO") || line.mentions("FIXME") {
                Issue.record("\(file.place(index)): finish it, or say in a full sentence what is not done and why")
            }
        }
    }

    @Test func noRoomHoldsAFileThatOnlyKeptItsPlace() throws {
        for file in try SourceFile.sources.get() + SourceFile.all(under: "Tests")
        where file.path.hasSuffix("/Placeholder.swift") {
            Issue.record("\(file.path): delete it, the room has files of its own")
        }
    }

    @Test func functionsFitOnAScreen() throws {
        for file in try SourceFile.sources.get() {
            for function in file.functions where function.lineCount > FunctionLength.linesMax {
                Issue.record(
                    """
                    \(file.place(function.line)): \(function.name) has \(function.lineCount) lines, \
                    \(FunctionLength.linesMax) are allowed; keep its branches and move what they compute into functions
                    """
                )
            }
        }
    }

    @Test func theLengthOfAFunctionIsThatOfItsDeclaration() {
        let file = SourceFile(
            path: "Sources/A/B.swift",
            text: """
                protocol P {
                    func none()
                    func alsoNone(
                        a: Int
                    ) throws -> Int
                }
                struct S {
                    init(
                        a: Int = { 1 }()
                    ) {
                        print("}")  // }
                    }
                    func one() {}
                    func inner() {
                        func nested() {
                        }
                    }
                }
                """
        )
        #expect(file.functions.map(\.name) == ["init", "one", "inner", "nested"])
        #expect(file.functions.map(\.lineCount) == [5, 1, 4, 2])
    }
}
