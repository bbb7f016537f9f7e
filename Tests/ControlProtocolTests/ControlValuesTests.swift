import ControlProtocol
import Testing

@Suite struct ControlValuesTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_767_323_045_678, "2026-01-02T03:04:05.678Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
    ])
    func `a time is written and read as RFC 3339`(milliseconds: Int64, text: String) {
        #expect(ControlTime(milliseconds: milliseconds).description == text)
        #expect(ControlTime(parsing: text)?.milliseconds == milliseconds)
    }

    @Test func `times that four digits of a year cannot say show as the nearest`() {
        #expect(ControlTime(milliseconds: .max).description == "9999-12-31T23:59:59.999Z")
        #expect(ControlTime(milliseconds: .min).description == "0000-01-01T00:00:00.000Z")
    }

    @Test func `a fraction may be absent, short or long`() {
        #expect(ControlTime(parsing: "1970-01-01T00:00:01Z")?.milliseconds == 1_000)
        #expect(ControlTime(parsing: "1970-01-01T00:00:01.5Z")?.milliseconds == 1_500)
        #expect(ControlTime(parsing: "1970-01-01T00:00:01.123456789Z")?.milliseconds == 1_123)
    }

    @Test(arguments: [
        "", "Z", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z", "1970-13-01T00:00:00Z",
        "1970-02-29T00:00:00Z", "1970-00-01T00:00:00Z", "1970-01-00T00:00:00Z", "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.1234567890Z",
        "1970-01-01T00:00:00+00:00", "197a-01-01T00:00:00Z", "+970-01-01T00:00:00Z", "1970-01-01T00:00:00,5Z",
        "1970-01-01T00:00:00éZ",
    ])
    func `other forms are no times`(text: String) {
        #expect(ControlTime(parsing: text) == nil)
    }

    @Test func `the history of the protocol ends at the version we speak`() {
        #expect(ControlVersion.history.last?.version == ControlVersion.current)
        #expect(ControlVersion.history.map(\.version) == Array(1...ControlVersion.current))
        #expect(ControlVersion.history.map(\.date) == ControlVersion.history.map(\.date).sorted())
        #expect(ControlVersion.oldest <= ControlVersion.current)
    }

    @Test func `two ends speak the lower version, if it is not too old`() {
        #expect(ControlVersion.agreed(withPeer: ControlVersion.current) == ControlVersion.current)
        #expect(ControlVersion.agreed(withPeer: ControlVersion.current + 5) == ControlVersion.current)
        #expect(ControlVersion.agreed(withPeer: ControlVersion.oldest - 1) == nil)
        #expect(ControlVersion.agreed(withPeer: .min) == nil)
    }

    @Test func `names and numbers of errors are unique`() {
        #expect(Set(ControlErrorCode.allCases.map(\.name)).count == ControlErrorCode.allCases.count)
        #expect(Set(ControlErrorCode.allCases.map(\.sentence)).count == ControlErrorCode.allCases.count)
    }

    @Test func `privileges include those below`() {
        #expect(ControlPrivilege.read < .operate)
        #expect(ControlPrivilege.operate < .administer)
    }

    @Test func `the document names every method, every error and the limits`() throws {
        let document = try #require(Repository.text(of: "docs/control-protocol.md"))
        for method in ControlMethod.allCases { #expect(document.contains("`\(method.rawValue)`"), "\(method)") }
        for code in ControlErrorCode.allCases {
            #expect(document.contains("| \(code.rawValue) | `\(code.name)` | \(code.sentence) |"), "\(code)")
        }
        for step in ControlVersion.history { #expect(document.contains("| \(step.version) | \(step.date) |")) }
    }
}
