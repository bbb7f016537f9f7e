import DurableModel
import Endpoints
import Testing

@Suite struct SchemaComparisonTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let old: String
        let new: String
        /// As `path change`.
        let input: [String]
        let output: [String]

        var testDescription: String { name }
    }

    private static let object = #"{"type":"object","properties":{"a":{"type":"string"},"b/c":{"type":"integer"}}}"#

    private static let cases = [
        Case(name: "the same", old: object, new: object, input: [], output: []),
        Case(
            name: "a property removed",
            old: object,
            new: #"{"type":"object","properties":{"a":{"type":"string"}}}"#,
            input: ["/properties/b~1c property removed"],
            output: ["/properties/b~1c property removed"]
        ),
        Case(
            name: "a property added",
            old: #"{"type":"object","properties":{}}"#,
            new: object,
            input: [],
            output: []
        ),
        Case(
            name: "required added",
            old: #"{"properties":{"a":{}},"required":[]}"#,
            new: #"{"properties":{"a":{}},"required":["a"]}"#,
            input: ["/required/a required added"],
            output: []
        ),
        Case(
            name: "required removed",
            old: #"{"properties":{"a":{}},"required":["a"]}"#,
            new: #"{"properties":{"a":{}}}"#,
            input: [],
            output: ["/required/a required removed"]
        ),
        Case(
            name: "type changed",
            old: #"{"type":"string"}"#,
            new: #"{"type":"integer"}"#,
            input: [" type changed"],
            output: [" type changed"]
        ),
        Case(
            name: "type widened",
            old: #"{"type":"integer"}"#,
            new: #"{"type":"number"}"#,
            input: [],
            output: [" type changed"]
        ),
        Case(
            name: "null allowed",
            old: #"{"type":"string"}"#,
            new: #"{"type":["string","null"]}"#,
            input: [],
            output: [" type changed"]
        ),
        Case(
            name: "a type where there was none",
            old: "{}",
            new: #"{"type":"string"}"#,
            input: [" type changed"],
            output: []
        ),
        Case(
            name: "enum narrowed",
            old: #"{"enum":["a","b"]}"#,
            new: #"{"enum":["a"]}"#,
            input: ["/enum enum narrowed"],
            output: []
        ),
        Case(
            name: "enum widened",
            old: #"{"enum":["a"]}"#,
            new: #"{"enum":["a","b"]}"#,
            input: [],
            output: ["/enum enum widened"]
        ),
        Case(
            name: "within an array of objects",
            old: #"{"type":"array","items":{"properties":{"a":{"type":"string"}}}}"#,
            new: #"{"type":"array","items":{"properties":{"a":{"type":"boolean"}}}}"#,
            input: ["/items/properties/a type changed"],
            output: ["/items/properties/a type changed"]
        ),
        Case(name: "no JSON", old: "{", new: "{}", input: [], output: []),
        Case(name: "anything and nothing", old: "true", new: "false", input: [], output: []),
    ]

    @Test(arguments: cases)
    private func whatCallersWouldMissIsFound(in each: Case) {
        for (isInput, expected) in [(true, each.input), (false, each.output)] {
            let found = SchemaComparison.findings(from: each.old, to: each.new, isInput: isInput)
            #expect(found.map { "\($0.path) \($0.change.rawValue)" } == expected, "input: \(isInput)")
        }
    }

    @Test func depthAndLengthAreBounded() {
        func nested(_ type: String) -> String {
            String(repeating: #"{"items":"#, count: 200) + #"{"type":"\#(type)"}"# + String(repeating: "}", count: 200)
        }
        #expect(SchemaComparison.findings(from: nested("string"), to: nested("object"), isInput: true).isEmpty)
        let properties = (0..<500).map { #""p\#($0)":{}"# }.joined(separator: ",")
        let wide = #"{"properties":{\#(properties)}}"#
        #expect(SchemaComparison.findings(from: wide, to: "{}", isInput: true).count == 100)
    }
}
