import DurableModel
import Registry
import Testing

@Suite struct ContentSummaryTests {
    @Test(arguments: [
        (nil, nil, "none"), (nil, #"{"type":"string"}"#, "none"), ("*/*", nil, "*/*"),
        ("application/json", #"{"type":"string"}"#, "JSON string"),
        ("application/json", #"{"title":"Order","type":"object"}"#, "JSON 'Order'"),
        (
            "application/json", #"{"properties":{"title":{"type":"string"}},"required":["type"],"type":"object"}"#,
            "JSON object"
        ),
        ("application/json", #"{"enum":["title","a, b"],"title":"Say \"x\"\n"}"#, #"JSON 'Say "x" '"#),
        ("application/json", #"{"type":["string","null"]}"#, "JSON"), ("application/json", "{}", "JSON"),
        ("application/json", "true", "JSON"), ("application/json", #"{"title":"#, "JSON"),
        ("application/json", #"{"title":"x\"#, "JSON 'x\\'"),
    ])
    func inputAndOutputAreSummedUpAlike(contentType: String?, schema: String?, summary: String) {
        let input = InputRules(contentType: contentType.map { ContentTypePattern(text: $0) }, jsonSchema: schema)
        #expect(input.summary == summary)
        #expect(OutputRules(contentType: contentType, jsonSchema: schema).summary == summary)
    }
}
