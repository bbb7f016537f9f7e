import Testing

@testable import Fuzzing

/// Whatever bytes come, a reader answers: it takes them or refuses them, and never ends the process.
@Suite(.serialized) struct FuzzTests {
    private func target(_ name: String) throws -> FuzzTarget { try #require(FuzzTarget.named(name)) }

    @Test("fixed inputs", arguments: FuzzTarget.all.map(\.name))
    func fixed(name: String) throws { FuzzRun.fixed(try target(name)) }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func examplesAreTakenAsTheyAre(name: String) throws {
        let target = try target(name)
        #expect(!target.examples.isEmpty)
        for example in target.examples { #expect(target.complaint(about: example) == nil) }
    }

    @Test func everyTargetHasANameOfItsOwn() {
        #expect(Set(FuzzTarget.all.map(\.name)).count == FuzzTarget.all.count)
    }

    @Test func anInputIsTheSameEachTime() {
        for target in FuzzTarget.all { #expect(target.input(17) == target.input(17)) }
    }

    @Test func wordsBecomeADictionary() throws {
        var target = try target("ids")
        target.words = [Array("a\"\\".utf8), [], [0, 0x7F, 0xFF]]
        #expect(target.dictionary == "\"\\x61\\x22\\x5c\"\n\"\\x00\\x7f\\xff\"\n")
    }
}
