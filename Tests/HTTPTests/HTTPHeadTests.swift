import Testing

@testable import HTTP

@Suite struct HTTPHeadTests {
    private func written(_ head: HTTPHead, _ framing: HTTP1Writer.Framing = .none) -> String {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: HTTP1Writer.bytesMax(head), alignment: 1)
        defer { room.deallocate() }
        let count =
            if head.status > 0 {
                HTTP1Writer.write(response: head, framing: framing, connection: .unsaid, into: room)
            } else {
                HTTP1Writer.write(request: head, framing: framing, into: room)
            }
        return String(decoding: room[..<count], as: UTF8.self)
    }

    @Test func responseIsWrittenAsItWasBuilt() {
        var head = HTTPHead(status: 200)
        head.add("content-type", "application/json")
        head.add("x-id", Array("inv_1".utf8), unique: true)
        head.add(name: Array("X-Name".utf8), value: Array("v".utf8))
        let text = written(head, .length(1_234_567))
        #expect(
            text == "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-id: inv_1\r\nx-name: v\r\n"
                + "content-length: 1234567\r\n\r\n"
        )
    }

    @Test func requestIsWrittenAsItWasBuilt() {
        var head = HTTPHead(method: .post, target: Array("/a?b".utf8), authority: Array("h:1".utf8))
        head.add("accept", text: "*/*")
        #expect(
            written(head, .chunked)
                == "POST /a?b HTTP/1.1\r\nhost: h:1\r\naccept: */*\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        #expect(HTTPHead(method: .get, target: [], authority: []).target.elementsEqual("/".utf8))
    }

    @Test(arguments: ["a\r\nb: c", "a\nb", "a\u{0}b", "\u{7F}", "\r"])
    func valueCannotBeginAnotherField(_ value: String) {
        var head = HTTPHead(status: 200)
        head.add("x-a", text: value)
        head.add(name: Array("x-b".utf8), value: Array(value.utf8))
        head.add("x-c", Array(value.utf8).lazy.map { $0 })
        let text = written(head)
        #expect(text.split(separator: "\r\n").count == 4)
        #expect(!text.dropLast(4).contains { $0 == "\n" || $0 == "\u{0}" || $0 == "\u{7F}" || $0 == "\r" })
    }

    @Test func targetAndAuthorityCannotEndTheLine() {
        let head = HTTPHead(
            method: .get,
            target: Array("/a b\r\nc#é".utf8),
            authority: Array("h\r\nx: y".utf8)
        )
        #expect(written(head) == "GET /a_b__c___ HTTP/1.1\r\nhost: h__x:_y\r\n\r\n")
    }

    @Test(arguments: [
        "", "a b", "a:", "ä", "a\r\n", "connection", "Content-Length", "TRANSFER-ENCODING", "host", "te", "upgrade",
        "keep-alive", "trailer", "proxy-connection",
    ])
    func nameThatIsNoneOrFramesTheMessageIsLeftOut(_ name: String) {
        var head = HTTPHead(status: 200)
        let isAdded = head.add(name: Array(name.utf8), value: [0x61])
        #expect(!isAdded)
        head.add("x", "y")
        #expect(written(head) == "HTTP/1.1 200 OK\r\nx: y\r\n\r\n")
    }

    @Test(arguments: [(100, 500), (101, 500), (0, 500), (-1, 500), (1000, 500), (200, 200), (571, 571), (999, 999)])
    func statusThatCannotEndAResponseBecomes500(_ given: Int, _ status: Int) {
        #expect(HTTPHead(status: given).status == status)
    }

    @Test func refusalBecomesASmallJSONBody() {
        let response = HTTPResponse(.tooManyFields)
        #expect(response.head.status == 431 && response.head.has("content-type", "application/json"))
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"code":431,"message":"the head has too many fields; it may have 64"}"#
        )
        for refusal in HTTPRefusal.allCases {
            #expect(!refusal.sentence.description.contains { $0 == "\"" || $0 == "\\" })
        }
    }

    @Test(arguments: HTTPMethod.allCases)
    func methodIsFoundByItsToken(_ method: HTTPMethod) {
        let token = Array(method.token.description.utf8)
        #expect(HTTPMethod(token: token.span) == method)
        #expect(HTTPMethod(token: Array("get".utf8).span) == .other)
    }
}
