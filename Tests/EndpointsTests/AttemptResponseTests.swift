import DurableModel
import EventLoop
import HTTP
import ServiceProtocol
import Testing

@testable import Endpoints

/// What is told of an endpoint's response.
struct AttemptResponseTests {
    @Test func framesComeWholeHoweverTheyAreSplit() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        try carrier.start { stream in
            seen = stream
            stream.respond(200, [Said.type(), ("x-restate-server", "fake/1.0")])
        }
        try carrier.world.run(until: { seen != nil })
        let run = Command(.run(completionID: 1), name: "a").frame()
        let proposal = ServiceMessage.proposeRunCompletion(
            completionID: 1,
            result: .value(Array("12345".utf8)),
            requestedAck: true
        ).frame(version: 7)
        let bytes = Said.framed([run, proposal, Said.output, Said.end])
        for start in stride(from: 0, to: bytes.count, by: 3) {
            seen?.write(Array(bytes[start..<min(start + 3, bytes.count)]))
            carrier.world.turn()
        }
        seen?.end()
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.events().first == .responded(server: "fake/1.0"))
        #expect(carrier.events().last == .ended)
        #expect(carrier.frames() == [run, proposal, Said.output, Said.end])
    }

    @Test func framesOfOneReadAreOneBatchAndWhatFollowsTheTerminalMessageIsIgnored() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        let suspension = ServiceMessage.suspension(.flat([.completion(1)])).frame(version: 6)
        try carrier.run { stream in
            stream.respond(200, [Said.type()])
            stream.write(Said.framed([Said.output, suspension, Said.output]) + [1, 2, 3])
            stream.end()
        }
        #expect(carrier.events() == [.responded(server: nil), .received([Said.output, suspension]), .ended])
        #expect(carrier.transport.attemptCount == 0)
    }

    @Test func anSDKThatEndsOnlyAfterItsInputHasEnded() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        try carrier.start { stream in
            seen = stream
            stream.respond(200, [Said.type()])
            stream.write(Said.framed([Said.output, Said.end]))
        }
        try carrier.world.run(until: { carrier.frames().count == 2 })
        #expect(!carrier.isOver())
        carrier.transport.endInput(AttemptID(rawValue: 1))
        try carrier.world.run(until: { seen?.isInputEnded == true })
        seen?.end()
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.events().last == .ended)
    }

    @Test func aResponseWithoutEndIsCutAfterItsTerminalMessage() throws {
        let carrier = try Carrier(drainMilliseconds: 50)
        defer { carrier.close() }
        var seen: FakeStream?
        try carrier.start { stream in
            seen = stream
            stream.respond(200, [Said.type()])
            stream.write(Said.framed([Said.output, Said.end]))
        }
        try carrier.world.run(until: { carrier.isOver() && seen?.closedWith != nil })
        #expect(carrier.events() == [.responded(server: nil), .received([Said.output, Said.end]), .ended])
        #expect(seen?.closedWith == .cancel)
    }

    @Test func aResetAfterTheTerminalMessageIsAnEnd() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        var seen: FakeStream?
        try carrier.start { stream in
            seen = stream
            stream.respond(200, [Said.type()])
            stream.write(Said.framed([Said.output, Said.end]))
        }
        try carrier.world.run(until: { carrier.frames().count == 2 })
        seen?.reset(.internalError)
        try carrier.world.run(until: { carrier.isOver() })
        #expect(carrier.events().last == .ended)
    }

    @Test("known fault 53: a compressed answer is refused and not read as frames", arguments: ["gzip", "zstd", "br"])
    func compressedAnswersAreRefused(encoding: String) throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        try carrier.run { stream in
            stream.respond(200, [Said.type(), ("content-encoding", encoding)])
            stream.write(Said.framed([Said.output, Said.end]))
            stream.end()
        }
        #expect(carrier.events() == [.failed(.contentEncoding(encoding))])
    }

    @Test(
        arguments: [
            (200, [], AttemptTransportFailure.contentType(nil)),
            (200, [("content-type", "application/json")], .contentType("application/json")),
            (
                201, [("content-type", "application/vnd.restate.invocation.v7")],
                .contentType("application/vnd.restate.invocation.v7")
            ),
            (
                200, [("content-type", "application/vnd.restate.invocation.v6; a=b")],
                .contentType("application/vnd.restate.invocation.v6; a=b")
            ),
            (302, [], .status(302, retryAfter: nil)), (404, [], .status(404, retryAfter: nil)),
            (413, [], .status(413, retryAfter: nil)), (415, [], .status(415, retryAfter: nil)),
            (429, [("retry-after", "7")], .status(429, retryAfter: .seconds(7))),
            (429, [("retry-after", "soon")], .status(429, retryAfter: nil)), (429, [], .status(429, retryAfter: nil)),
            (503, [("retry-after", "1")], .status(503, retryAfter: .seconds(1))),
            (503, [("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], .status(503, retryAfter: nil)),
            (500, [("retry-after", "1")], .status(500, retryAfter: nil)), (502, [], .status(502, retryAfter: nil)),
            (504, [], .status(504, retryAfter: nil)), (571, [], .status(571, retryAfter: nil)),
        ] as [(Int, [(String, String)], AttemptTransportFailure)]
    )
    func otherHeadsAreFailures(status: Int, fields: [(String, String)], failure: AttemptTransportFailure) throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        try carrier.run { stream in
            stream.respond(status, fields)
            stream.write(Array("some body".utf8))
        }
        #expect(carrier.events() == [.failed(failure)])
        #expect(carrier.transport.attemptCount == 0)
    }

    @Test(
        arguments: [
            (
                [0x04, 0x01, 0, 0, 0, 0, 0x03, 0xe9],
                AttemptTransportFailure.messageTooLarge(type: 0x0401, bytes: 1001, limit: 1000)
            ),
            ([0x03, 0x00, 0, 0, 0, 0, 0, 0], nil), (Array("nonsense".utf8), nil), ([0x04, 0x01, 0, 0], nil),
        ] as [([UInt8], AttemptTransportFailure?)]
    )
    func bytesThatAreNoFramesFailAfterTheFramesBefore(bytes: [UInt8], failure: AttemptTransportFailure?) throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        try carrier.run { stream in
            stream.respond(200, [Said.type()])
            stream.write(Said.framed([Said.output]) + bytes)
            stream.end()
        }
        #expect(carrier.frames() == [Said.output])
        switch carrier.events().last {
        case .failed(.malformedFrame(let text)): #expect(failure == nil && !text.isEmpty)
        case .failed(let found): #expect(found == failure)
        default: Issue.record("expected a failure")
        }
    }

    @Test func anEarlyEndIsAnEnd() throws {
        let carrier = try Carrier()
        defer { carrier.close() }
        try carrier.run { $0.respond(200, [Said.type()], isEnd: true) }
        #expect(carrier.events() == [.responded(server: nil), .ended])
    }
}
