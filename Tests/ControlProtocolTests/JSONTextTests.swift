import ControlProtocol
import Testing

@Suite struct JSONTextTests {
    private static func nested(_ levels: Int) -> [UInt8] {
        let arrays = levels - 1
        return Array(#"{"a":"#.utf8) + [UInt8](repeating: UInt8(ascii: "["), count: arrays)
            + [UInt8](repeating: UInt8(ascii: "]"), count: arrays) + [UInt8(ascii: "}")]
    }

    @Test(arguments: [#"{}"#, " \n{\t}\r", #"{"a":"}[{\"[\\"}"#, #"{"ü":"日本"}"#])
    func `objects pass`(text: String) throws {
        try JSONText.checkObject(Array(text.utf8))
    }

    @Test func `brackets inside of strings do not count`() throws {
        let text = #"{"a":"\#(String(repeating: "[{", count: 1_000))"}"#
        try JSONText.checkObject(Array(text.utf8))
    }

    @Test func `the deepest nesting passes and one level more does not`() throws {
        try JSONText.checkObject(Self.nested(JSONText.levelsMax))
        #expect(throws: ControlProtocolError.tooDeep(levelsMax: JSONText.levelsMax)) {
            try JSONText.checkObject(Self.nested(JSONText.levelsMax + 1))
        }
    }

    @Test func `a megabyte of brackets is refused`() {
        for bracket in ["[", "{\"a\":"] {
            let bomb = Array(String(repeating: bracket, count: 200_000).utf8)
            #expect(throws: ControlProtocolError.tooDeep(levelsMax: JSONText.levelsMax)) {
                try ControlRequest(payload: bomb)
            }
        }
    }

    @Test(arguments: [#"[1]"#, #""text""#, "1", "-1", "true", "null"])
    func `other values than objects are refused as such`(text: String) {
        #expect(throws: ControlProtocolError.notAnObject) { try JSONText.checkObject(Array(text.utf8)) }
    }

    @Test(
        arguments: [
            [0xFF, 0xFE], [0x7B, 0xC3, 0x28, 0x7D], [0x7B, 0xED, 0xA0, 0x80, 0x7D], [0x7B, 0xC0, 0x80, 0x7D],
            [0x7B, 0xE2],
        ] as [[UInt8]]
    )
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        #expect(throws: ControlProtocolError.notUTF8) { try JSONText.checkObject(bytes) }
    }

    @Test(arguments: [
        "", "   ", "hello", "not json", "nul", "true x", "1 2", "[1", #""text"#, "-", "GET / HTTP/1.1\r\n\r\n",
        "{\u{0}\"a\":1}", "{\"a\":\"\u{1}\"}", "\u{FEFF}{}", "{", "{]",
        "{}}",
        #"{"a"}"#, #"{"a":tru}"#, #"{'a':1}"#, #"{} {}"#, #"{"a":"\x"}"#, #"{"jsonrpc":"2.0"#,
    ])
    func `text that is not JSON is refused as such`(text: String) {
        do {
            _ = try ControlRequest(payload: Array(text.utf8))
            Issue.record("accepted")
        } catch {
            #expect(error.code == .parseError || error.code == .invalidRequest)
            if !text.contains(#"\x"#) { #expect(error.code == .parseError, "\(error)") }
        }
    }
}
