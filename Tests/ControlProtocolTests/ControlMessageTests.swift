import ControlProtocol
import Testing

@Suite struct ControlMessageTests {
    private static func payload(_ frame: [UInt8]) throws -> [UInt8] {
        var decoder = ControlFrameDecoder(bytesMax: ControlFrame.answerBytesMax)
        decoder.append(frame)
        return try #require(try decoder.next())
    }

    private static func text(_ frame: [UInt8]) throws -> String {
        String(decoding: try payload(frame), as: UTF8.self)
    }

    private static func request(_ text: String) throws -> ControlRequest {
        try ControlRequest(payload: Array(text.utf8))
    }

    // MARK: The bytes

    @Test func `a request has these bytes`() throws {
        let frame = try ControlCodec.request(
            id: .number(1),
            method: "hello",
            Hello.Parameters(protocolVersion: 1, programVersion: "9")
        )
        #expect(
            try Self.text(frame)
                == #"{"id":1,"jsonrpc":"2.0","method":"hello","params":{"programVersion":"9","protocolVersion":1}}"#
        )
    }

    @Test func `a response has these bytes`() throws {
        let frame = ControlCodec.response(id: .text("a"), result: IdentifierParameters(id: "inv_1"))
        #expect(try Self.text(frame) == #"{"id":"a","jsonrpc":"2.0","result":{"id":"inv_1"}}"#)
    }

    @Test func `an error without a request has the id null`() throws {
        let frame = ControlCodec.response(id: nil, error: ControlError(.frameTooLarge, "too long"))
        #expect(
            try Self.text(frame)
                == #"{"error":{"code":-32004,"data":{"name":"frame-too-large"},"message":"too long"},"id":null,"jsonrpc":"2.0"}"#
        )
    }

    @Test func `an answer over the limit becomes an error`() throws {
        let row = [JSONValue.string(String(repeating: "x", count: 1 << 20))]
        let result = RunQuery.Result(columns: [], rows: Array(repeating: row, count: 17), isTruncated: false)
        let answer = try ControlAnswer(payload: Self.payload(ControlCodec.response(id: .number(1), result: result)))
        guard case .failure(.number(1), let error) = answer else {
            Issue.record("no error")
            return
        }
        #expect(error.code == ControlErrorCode.answerTooLarge.rawValue)
    }

    @Test func `a number that JSON has no form for becomes an error`() throws {
        let result = RunQuery.Result(columns: [], rows: [[.number(.nan)]], isTruncated: false)
        let answer = try ControlAnswer(payload: Self.payload(ControlCodec.response(id: .number(1), result: result)))
        guard case .failure(.number(1), let error) = answer else {
            Issue.record("no error")
            return
        }
        #expect(error.code == ControlErrorCode.internalError.rawValue)
    }

    // MARK: Requests

    @Test func `a request gives its parameters`() throws {
        let request = try Self.request(
            #"{"jsonrpc":"2.0","id":7,"method":"deployments.register","params":{"uri":"http://a","force":true}}"#
        )
        #expect(request.id == .number(7))
        #expect(request.method == "deployments.register")
        let parameters = try request.parameters(RegisterDeployment.Parameters.self)
        #expect(parameters == RegisterDeployment.Parameters(uri: "http://a", force: true))
    }

    @Test(arguments: [#""params":{}"#, #""params":null"#, #""id":1"#])
    func `a method without parameters needs none`(member: String) throws {
        let request = try Self.request(#"{"jsonrpc":"2.0","id":1,"method":"status",\#(member)}"#)
        #expect(try request.parameters(NoParameters.self) == NoParameters())
        let list = try request.parameters(ListInvocations.Parameters.self)
        #expect(list == ListInvocations.Parameters())
    }

    @Test func `a request without an id is a notification`() throws {
        #expect(try Self.request(#"{"jsonrpc":"2.0","method":"status"}"#).id == nil)
        #expect(try Self.request(#"{"jsonrpc":"2.0","id":"x","method":"status"}"#).id == .text("x"))
    }

    @Test(arguments: [
        #"{}"#, #"{"jsonrpc":"1.0","id":1,"method":"status"}"#, #"{"id":1,"method":"status"}"#,
        #"{"jsonrpc":"2.0","id":1}"#, #"{"jsonrpc":"2.0","id":1,"method":3}"#, #"{"jsonrpc":2,"id":1,"method":"a"}"#,
        #"{"jsonrpc":"2.0","id":{},"method":"status"}"#, #"{"jsonrpc":"2.0","id":true,"method":"status"}"#,
        #"{"jsonrpc":"2.0","id":1.5,"method":"status"}"#, #"{"jsonrpc":"2.0","id":1e999,"method":"status"}"#,
        #"{"jsonrpc":"2.0","id":99999999999999999999,"method":"status"}"#,
    ])
    func `what is no request is refused as such`(text: String) {
        do {
            _ = try Self.request(text)
            Issue.record("accepted")
        } catch let error as ControlProtocolError {
            #expect(error.code == .invalidRequest, "\(error)")
        } catch {
            Issue.record(error)
        }
    }

    @Test func `an id that is too long is refused`() {
        let text = String(repeating: "i", count: ControlMessageID.textBytesMax + 1)
        #expect(throws: ControlProtocolError.self) {
            try Self.request(#"{"jsonrpc":"2.0","id":"\#(text)","method":"status"}"#)
        }
    }

    @Test(arguments: [
        (#"{}"#, #""params.uri" is missing"#),
        (#"{"uri":1}"#, #""params.uri" must be a string"#),
        (#"{"uri":null}"#, #""params.uri" must not be null"#),
        (#"{"uri":"a","force":"yes"}"#, #""params.force" must be true or false"#),
        (#"{"uri":"a","metadata":[1]}"#, #""params.metadata" must be an object"#),
        (
            #"{"uri":"a","froce":true}"#,
            #"m has no parameter "froce"; it takes uri, force, breaking, dryRun, useHTTP11, additionalHeaders, metadata"#
        ),
        (#"[]"#, #""params" must be an object"#),
    ])
    func `wrong parameters are named`(parameters: String, message: String) throws {
        let request = try Self.request(#"{"jsonrpc":"2.0","id":1,"method":"m","params":\#(parameters)}"#)
        do {
            _ = try request.parameters(RegisterDeployment.Parameters.self)
            Issue.record("accepted")
        } catch {
            #expect(error.code == ControlErrorCode.invalidParameters.rawValue)
            #expect(error.message == message)
        }
    }

    @Test(arguments: [#"{"limit":0}"#, #"{"limit":10001}"#, #"{"limit":-1}"#, #"{"statuses":["dead"]}"#])
    func `values out of range are refused`(parameters: String) throws {
        let request = try Self.request(#"{"jsonrpc":"2.0","id":1,"method":"m","params":\#(parameters)}"#)
        #expect(throws: ControlError.self) { try request.parameters(ListInvocations.Parameters.self) }
    }

    // MARK: Answers

    @Test func `results, errors and notifications are told apart`() throws {
        let result = try ControlAnswer(payload: Array(#"{"jsonrpc":"2.0","id":1,"result":{"id":"x"}}"#.utf8))
        guard case .result(.number(1), let payload) = result else {
            Issue.record("no result")
            return
        }
        #expect(try payload.result(IdentifierParameters.self).id == "x")

        let batch = QueryWorker.Batch(columns: [QueryColumn(name: "a")], rows: [[.integer(1), .null, .number(0.5)]])
        let frame = try ControlCodec.notification(method: QueryWorker.batchMethod, batch)
        guard
            case .notification(QueryWorker.batchMethod, let parameters) = try ControlAnswer(
                payload: Self.payload(frame)
            )
        else {
            Issue.record("no notification")
            return
        }
        #expect(try parameters.parameters(QueryWorker.Batch.self) == batch)
    }

    @Test func `an error of a newer daemon keeps its number and name`() throws {
        let text = #"{"jsonrpc":"2.0","id":1,"error":{"code":9999,"message":"m","data":{"name":"new","more":[1]}}}"#
        guard case .failure(_, let error) = try ControlAnswer(payload: Array(text.utf8)) else {
            Issue.record("no error")
            return
        }
        #expect(error.code == 9999)
        #expect(ControlErrorCode(rawValue: error.code) == nil)
        #expect(error.data?.name == "new")
    }

    @Test(arguments: [#"{"jsonrpc":"2.0"}"#, #"{"id":1,"result":1}"#, #"{"jsonrpc":"2.0","error":{}}"#])
    func `what is no answer is refused as such`(text: String) {
        #expect(throws: ControlProtocolError.self) { try ControlAnswer(payload: Array(text.utf8)) }
    }
}
