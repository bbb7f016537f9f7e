import DurableModel
import Testing

@Suite struct ExactTextTests {
    @Test(
        "spellings that String takes for one are two",
        arguments: [
            ("\u{e9}", "e\u{301}"), ("K", "\u{212a}"), ("a\u{301}\u{323}", "a\u{323}\u{301}"),
        ]
    )
    func spellingsAreApart(composed: String, decomposed: String) {
        #expect(composed == decomposed)
        #expect(!composed.hasSameBytes(as: decomposed))
        #expect(Set([ExactText(composed), ExactText(decomposed)]).count == 2)
    }

    @Test(arguments: ["", "a", "e\u{301}", String(repeating: "longer than a word holds ", count: 9)])
    func sameBytesAreOne(text: String) {
        // One that is built from its bytes has its own storage.
        let copy = String(decoding: Array(text.utf8), as: UTF8.self)
        #expect(ExactText(text) == ExactText(copy))
        #expect(ExactText(text).hashValue == ExactText(copy).hashValue)
        #expect(!text.hasSameBytes(as: text + "x"))
    }

    @Test(arguments: 0...20)
    func oneByteMakesADifferenceWhereverItIs(length: Int) {
        let text = String(repeating: "a", count: length)
        #expect(text.hasSameBytes(as: String(repeating: "a", count: length)))
        #expect(!text.hasSameBytes(as: text + "a"))
        for place in 0..<length {
            let other = String(repeating: "a", count: place) + "b" + String(repeating: "a", count: length - place - 1)
            #expect(!text.hasSameBytes(as: other))
        }
    }
}
