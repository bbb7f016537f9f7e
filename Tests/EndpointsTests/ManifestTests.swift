import DurableModel
import Endpoints
import Testing

struct ManifestTests {
    /// A manifest around one service, whose fields are given; `handlers` is `[{"name":"a"}]` unless named there.
    static func manifest(_ service: String, type: String = "SERVICE", handler: String? = nil) -> [UInt8] {
        let handlers = #","handlers":[{"name":"a"\#(handler.map { "," + $0 } ?? "")}]"#
        let fields = service.isEmpty ? "" : "," + service
        return Array(
            (#"{"protocolMode":"BIDI_STREAM","minProtocolVersion":5,"maxProtocolVersion":7,"#
                + #""services":[{"name":"S","ty":"\#(type)"\#(handlers)\#(fields)}]}"#).utf8
        )
    }

    private func handler(_ fields: String, type: String = "SERVICE") throws -> Handler {
        let manifest = try Manifest.decode(Self.manifest("", type: type, handler: fields))
        return try #require(manifest.services.first?.handlers.first)
    }

    @Test func theLeastManifestGetsTheDefaults() throws {
        let manifest = try Manifest.decode(Self.manifest(""))
        #expect(manifest.mode == .bidiStream)
        #expect(manifest.protocolVersions == 5...7)
        #expect(manifest.services == [Service(name: "S", type: .service, handlers: [Handler(name: "a", type: .plain)])])
    }

    @Test func everyOptionOfEveryVersionIsRead() throws {
        let options = #"""
            "documentation":"d","metadata":{"k":"v"},"inactivityTimeout":1,"abortTimeout":2,"journalRetention":3,
            "enableLazyState":true,"ingressPrivate":true,"retryPolicyInitialInterval":5,"retryPolicyMaxInterval":6,
            "retryPolicyMaxAttempts":7,"retryPolicyExponentiationFactor":1.5,"retryPolicyOnMaxAttempts":"KILL"
            """#
        var expected = HandlerOptions()
        expected.inactivityTimeout = Interval(milliseconds: 1)
        expected.abortTimeout = Interval(milliseconds: 2)
        expected.journalRetention = Interval(milliseconds: 3)
        expected.enableLazyState = true
        expected.ingressPrivate = true
        expected.retryPolicy = RetryPolicyOptions(
            initialInterval: Interval(milliseconds: 5),
            factor: 1.5,
            intervalMax: Interval(milliseconds: 6),
            attemptsMax: 7,
            onMaxAttempts: .kill
        )
        let bytes = Self.manifest(
            options + #","idempotencyRetention":4"#,
            type: "WORKFLOW",
            handler: options + #","ty":"WORKFLOW","workflowCompletionRetention":9"#
        )
        let service = try #require(try Manifest.decode(bytes).services.first)
        #expect(service.documentation == "d" && service.metadata == ["k": "v"])
        let handler = try #require(service.handlers.first)
        #expect(handler.documentation == "d" && handler.metadata == ["k": "v"] && handler.type == .workflowRun)
        var ofService = expected
        ofService.idempotencyRetention = Interval(milliseconds: 4)
        #expect(service.options == ofService)
        var ofHandler = expected
        ofHandler.workflowCompletionRetention = Interval(milliseconds: 9)
        #expect(handler.options == ofHandler)
    }

    @Test func unknownFieldsEmptyTextsAndNullsAreAccepted() throws {
        let bytes = Self.manifest(
            #""documentation":"","metadata":{},"zzz":{"deep":[1,2]},"abortTimeout":null"#,
            handler: #""foo":1,"input":null,"ty":null"#
        )
        #expect(try Manifest.decode(bytes).services.first?.metadata == [:])
        let odd =
            #"{"protocolMode":"REQUEST_RESPONSE","minProtocolVersion":1,"maxProtocolVersion":2147483647,"#
            + #""services":[],"lambdaCompression":"zstd","foo":[]}"#
        let manifest = try Manifest.decode(Array(odd.utf8))
        #expect(manifest.mode == .requestResponse && manifest.protocolVersions == 1...2_147_483_647)
    }

    @Test func hugeDurationsAndAttemptsAreClamped() throws {
        let handler = try handler(#""abortTimeout":18446744073709551615,"retryPolicyMaxAttempts":0"#)
        #expect(handler.options.abortTimeout == Interval(milliseconds: .max))
        #expect(handler.options.retryPolicy.attemptsMax == 1)
    }

    @Test(
        arguments: [
            ("SERVICE", nil, HandlerType.plain), ("SERVICE", "SHARED", .plain), ("SERVICE", "EXCLUSIVE", nil),
            ("SERVICE", "WORKFLOW", nil), ("VIRTUAL_OBJECT", nil, .exclusive), ("VIRTUAL_OBJECT", "SHARED", .shared),
            ("VIRTUAL_OBJECT", "EXCLUSIVE", .exclusive), ("VIRTUAL_OBJECT", "WORKFLOW", nil),
            ("WORKFLOW", nil, .shared),
            ("WORKFLOW", "SHARED", .shared), ("WORKFLOW", "EXCLUSIVE", nil), ("WORKFLOW", "WORKFLOW", .workflowRun),
        ] as [(String, String?, HandlerType?)]
    )
    func theTableOfHandlerTypes(service: String, handler: String?, expected: HandlerType?) throws {
        let bytes = Self.manifest("", type: service, handler: handler.map { #""ty":"\#($0)""# })
        guard let expected else {
            #expect(
                throws: ManifestError.badHandlerType(
                    service: "S",
                    handler: "a",
                    serviceType: service,
                    handlerType: handler ?? ""
                )
            ) { try Manifest.decode(bytes) }
            return
        }
        #expect(try Manifest.decode(bytes).services.first?.handlers.first?.type == expected)
    }

    @Test(arguments: [
        (#""documentation":"""#, InputRules()),
        (#""input":{}"#, InputRules(allowsNothing: true, contentType: nil)),
        (#""input":{"required":true}"#, InputRules(allowsNothing: false, contentType: nil)),
        (#""input":{"required":true,"jsonSchema":{}}"#, InputRules(allowsNothing: false, contentType: nil)),
        (
            #""input":{"contentType":"text/*"}"#,
            InputRules(allowsNothing: true, contentType: ContentTypePattern(text: "text/*"))
        ),
        (
            #""input":{"contentType":"a/b; charset=x","required":true,"jsonSchema":{"type":"string","$id":"x"}}"#,
            InputRules(
                allowsNothing: false,
                contentType: ContentTypePattern(text: "a/b"),
                mustNotBeEmpty: true,
                jsonSchema: #"{"$id":"x","type":"string"}"#
            )
        ),
    ])
    func theRulesOfInputs(fields: String, expected: InputRules) throws {
        #expect(try handler(fields).input == expected)
    }

    @Test(arguments: [
        (#""documentation":"""#, OutputRules()),
        (#""output":{}"#, OutputRules(contentType: nil)),
        (#""output":{"contentType":""}"#, OutputRules(contentType: nil)),
        (
            #""output":{"contentType":"text/plain","setContentTypeIfEmpty":true,"jsonSchema":true}"#,
            OutputRules(contentType: "text/plain", setContentTypeIfEmpty: true, jsonSchema: "true")
        ),
    ])
    func theRulesOfOutputs(fields: String, expected: OutputRules) throws {
        #expect(try handler(fields).output == expected)
    }

    @Test func oneOfTwoOfTheSameNameWinsAndAllAreSorted() throws {
        let text =
            #"{"protocolMode":"BIDI_STREAM","minProtocolVersion":5,"maxProtocolVersion":7,"services":["#
            + #"{"name":"B","ty":"SERVICE","handlers":[{"name":"z"},{"name":"a"},{"name":"z"}]},"#
            + #"{"name":"A","ty":"SERVICE","handlers":[]},{"name":"A","ty":"SERVICE","handlers":[]}]}"#
        let services = try Manifest.decode(Array(text.utf8)).services
        #expect(services.map(\.name) == ["A", "B"])
        #expect(services[1].handlers.map(\.name) == ["a", "z"])
    }

    @Test(arguments: [
        ("a", true), ("_a", true), ("_1", true), ("a.b-c_1", true), ("", false), ("_", false), ("__", false),
        ("1a", false), ("-a", false), (".a", false), ("a b", false), ("ä", false), ("a/b", false), ("a\\n", false),
        (String(repeating: "x", count: 512), true), (String(repeating: "x", count: 513), false),
    ])
    func serviceNamesFollowTheirPattern(name: String, isValid: Bool) throws {
        let text = String(decoding: Self.manifest(""), as: UTF8.self)
        let bytes = Array((text.replacing(#""name":"S""#, with: #""name":"\#(name)""#)).utf8)
        #expect(((try? Manifest.decode(bytes)) != nil) == isValid)
    }

    @Test(arguments: [("a1_", true), ("_a", true), ("a-b", false), ("a.b", false), ("1", false), ("_", false)])
    func handlerNamesFollowTheirPattern(name: String, isValid: Bool) throws {
        let text = String(decoding: Self.manifest(""), as: UTF8.self)
        let bytes = Array((text.replacing(#""name":"a""#, with: #""name":"\#(name)""#)).utf8)
        #expect(((try? Manifest.decode(bytes)) != nil) == isValid)
    }

    @Test(arguments: ["Restate", "restateX", "openapi", "OpenAPI", "RESTATE"])
    func reservedNamesAreRefused(name: String) {
        let text = String(decoding: Self.manifest(""), as: UTF8.self)
        let bytes = Array((text.replacing(#""name":"S""#, with: #""name":"\#(name)""#)).utf8)
        #expect(throws: ManifestError.reservedServiceName(name)) { try Manifest.decode(bytes) }
        #expect(ManifestError.reservedServiceName(name).code == "META0005")
    }

    @Test(arguments: [
        (#""input":{"contentType":"*/json"}"#, 400), (#""input":{"contentType":"json"}"#, 400),
        (#""input":{"contentType":"a/b/c"}"#, 400), (#""input":{"contentType":"/b"}"#, 400),
        (#""input":{"contentType":"a b/c"}"#, 400), (#""output":{"contentType":"a\nb"}"#, 400),
        (#""workflowCompletionRetention":1"#, 400), (#""ty":"EXCLUSIVE""#, 400),
        (#""input":{"contentType":"*/*","jsonSchema":{"type":"nonsense"}}"#, 400),
        (#""input":{"contentType":"*/*","jsonSchema":"x"}"#, 400), (#""output":{"jsonSchema":[]}"#, 400),
        (#""output":{"jsonSchema":{"type":["string","x"]}}"#, 400), (#""output":{"jsonSchema":{"type":1}}"#, 400),
        (#""output":{"jsonSchema":{"properties":{"a":{"$ref":"http://127.0.0.1/x.json"}}}}"#, 400),
        (#""output":{"jsonSchema":{"items":{"$ref":"other.json#/x"}}}"#, 400),
        (#""ty":"NONSENSE""#, 500), (#""inactivityTimeout":-1"#, 500), (#""inactivityTimeout":"1m""#, 500),
        (#""inactivityTimeout":1.5"#, 500), (#""retryPolicyOnMaxAttempts":"STOP""#, 500), (#""input":[]"#, 500),
        (#""metadata":{"a":1}"#, 500), (#""enableLazyState":1"#, 500),
        (#""abortTimeout":99999999999999999999999"#, 500),
    ])
    func whatAHandlerMayNotSayIsRefused(fields: String, status: Int) {
        #expect {
            try Manifest.decode(Self.manifest("", handler: fields))
        } throws: { error in
            guard let error = error as? ManifestError else { return false }
            return error.httpStatus == status && error.code == nil && error.message.contains("a")
        }
    }

    @Test func schemasMayReferToThemselves() throws {
        let schema =
            ##"{"$id":"x.json","$defs":{"d":{"type":["null","integer"]}},"items":{"$ref":"#/$defs/d"},"##
            + ##""anyOf":[{"$ref":"x.json"},{"$ref":"https://json-schema.org/draft/2020-12/schema"}],"##
            + ##""properties":{"$ref":{"type":"string"},"const":{"const":{"$ref":"http://h/"}}}}"##
        #expect(try handler(#""output":{"jsonSchema":\#(schema)}"#).output.jsonSchema?.isEmpty == false)
    }

    @Test func retentionsAndPrivacyMustFitTheirHandler() {
        #expect(throws: ManifestError.idempotencyRetentionOnWorkflow(service: "S", handler: "a")) {
            try Manifest.decode(
                Self.manifest("", type: "WORKFLOW", handler: #""ty":"WORKFLOW","idempotencyRetention":1"#)
            )
        }
        #expect(throws: ManifestError.publicHandlerInPrivateService(service: "S", handler: "a")) {
            try Manifest.decode(Self.manifest(#""ingressPrivate":true"#, handler: #""ingressPrivate":false"#))
        }
    }

    @Test(arguments: [
        ("", nil), ("nonsense", nil), ("[]", nil), ("{}", nil), ("null", nil), ("{\"protocolMode\":\"X\"}", nil),
        (#"{"protocolMode":"BIDI_STREAM","minProtocolVersion":5,"services":[]}"#, nil),
        (#"{"protocolMode":"BIDI_STREAM","minProtocolVersion":0,"maxProtocolVersion":7,"services":[]}"#, nil),
        (#"{"protocolMode":"BIDI_STREAM","minProtocolVersion":5,"maxProtocolVersion":2147483648,"services":[]}"#, nil),
        (#"{"protocolMode":"BIDI_STREAM","minProtocolVersion":5,"maxProtocolVersion":7}"#, nil),
        (#"{"minProtocolVersion":5,"maxProtocolVersion":7,"services":[]}"#, "META0013"),
        (#"{"protocolMode":"BIDI_STREAM","minProtocolVersion":7,"maxProtocolVersion":5,"services":[]}"#, "META0013"),
    ])
    func whatIsNoManifestIsRefused(text: String, code: String?) {
        #expect {
            try Manifest.decode(Array(text.utf8))
        } throws: { error in
            guard let error = error as? ManifestError else { return false }
            return error.httpStatus == 500 && error.code == code && !error.message.isEmpty
        }
    }

    @Test(arguments: [
        ("inactivityTimeout", "-5", "milliseconds"), ("abortTimeout", "1.5", "milliseconds"),
        ("journalRetention", "-0.5", "milliseconds"), ("idempotencyRetention", "1e30", "milliseconds"),
        ("retryPolicyMaxInterval", "-1", "milliseconds"), ("retryPolicyMaxAttempts", "-1", "attempts"),
        ("retryPolicyMaxAttempts", "2.5", "attempts"), ("inactivityTimeout", #""1m""#, "type"),
    ])
    func aNumberThatCannotBeIsNamed(field: String, value: String, word: String) {
        #expect {
            try Manifest.decode(Self.manifest(#""\#(field)":\#(value)"#))
        } throws: { error in
            guard case .badField(let path, let problem)? = error as? ManifestError else { return false }
            return path == "services[0].\(field)" && problem.contains(word)
        }
    }

    @Test(arguments: ["-1", "5.5", "0", #"null"#])
    func aVersionThatCannotBeIsNamed(version: String) {
        let text =
            #"{"protocolMode":"BIDI_STREAM","minProtocolVersion":\#(version),"maxProtocolVersion":7,"services":[]}"#
        #expect(throws: ManifestError.badField(path: "minProtocolVersion", problem: "is not a whole number above 0")) {
            try Manifest.decode(Array(text.utf8))
        }
    }

    @Test func bombsAreRefusedUnread() {
        let deep = Array(repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: ManifestError.tooDeep(depthMax: 64)) { try Manifest.decode(deep) }
        let large = Array(repeating: UInt8(ascii: " "), count: Manifest.bytesMax + 1)
        #expect(throws: ManifestError.tooLarge(bytesMax: Manifest.bytesMax)) { try Manifest.decode(large) }
        let quoted = Self.manifest(#""documentation":"\#(String(repeating: "[{", count: 100))\\\"[[""#)
        #expect((try? Manifest.decode(quoted)) != nil)
    }
}
