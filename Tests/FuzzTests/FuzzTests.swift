import Testing

/// Whatever bytes come, a reader answers: it takes them or refuses them, and never ends the process.
@Suite(.serialized) struct FuzzTests {
    static let targets: [FuzzTarget] =
        [FuzzTarget.serviceMessages, .http1, .http2Server, .http2Client, .manifest, .ids] + [
            .ingressPaths, .ingressReferences, .controlFrames, .sql,
        ]

    @Test("fixed inputs", .enabled(if: FuzzRun.seconds == nil), arguments: targets.map(\.name))
    func fixed(name: String) throws {
        FuzzRun.fixed(try #require(Self.targets.first { $0.name == name }))
    }

    @Test(.enabled(if: FuzzRun.seconds != nil))
    func asLongAsIsSaid() throws {
        FuzzRun.timed(Self.targets, seconds: try #require(FuzzRun.seconds))
    }

    @Test func anInputIsTheSameEachTime() {
        for target in Self.targets { #expect(target.input(17).bytes == target.input(17).bytes) }
    }
}
