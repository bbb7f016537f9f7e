import CommandLine
import Testing

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("ü日本👩‍👩‍👧", "ü日本👩‍👩‍👧"), ("a\nb\r\tc", #"a\nb\r\tc"#), ("\u{1B}[2J", #"\u{1B}[2J"#),
        ("\u{9B}31m", #"\u{9B}31m"#), ("a\u{7F}\u{0}", #"a\u{7F}\u{0}"#), ("\u{202E}gpj", #"\u{202E}gpj"#),
        ("\u{2066}x\u{2069}", #"\u{2066}x\u{2069}"#), ("\u{2028}", #"\u{2028}"#), ("\u{FEFF}", #"\u{FEFF}"#),
        ("\r\n", #"\r\n"#),
    ])
    func `what a terminal would obey is written out`(text: String, safe: String) {
        #expect(TerminalText.safe(text) == safe)
    }

    @Test(arguments: [
        (#"{"a":"ü"}"#, #"{"a":"ü"}"#), ("{\n}", "{\n}"), ("\"\u{9B}31m\u{7F}\"", #""\u009b31m\u007f""#),
        ("\"\u{202E}\"", #""\u202e""#), ("\"\u{E0001}\"", #""\udb40\udc01""#),
    ])
    func `in JSON it is written as JSON does`(json: String, safe: String) {
        #expect(TerminalText.safeJSON(json) == safe)
    }

    @Test func `columns are as wide as what they show`() {
        let table = Table(
            titles: ["A", "B", "C"],
            rows: [
                [Cell("x"), Cell("日本"), Cell("end")], [Cell("e\u{301}e"), Cell("👩‍👩‍👧"), Cell("")],
                [Cell("\u{1B}"), Cell("é"), Cell("end")],
            ]
        )
        #expect(
            Page([.table(table)]).text(colours: false) == """
                A       B     C
                x       日本  end
                e\u{301}e      👩‍👩‍👧    \("")
                \\u{1B}  é     end

                """
        )
    }

    @Test func `colours surround the text and not the padding`() {
        let table = Table(titles: ["A", "B"], rows: [[Cell("x", .good), Cell("y")]])
        let text = Page([.table(table)]).text(colours: true)
        #expect(text == "\u{1B}[1mA\u{1B}[0m  \u{1B}[1mB\u{1B}[0m\n\u{1B}[32mx\u{1B}[0m  y\n")
    }
}
