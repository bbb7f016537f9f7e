import DurableModel
import EventLoop
import HTTP
import Testing

@testable import Endpoints

struct DiscoveryTests {
    private static let contentType = "application/vnd.restate.endpointmanifest.v4+json"

    private static func quick() -> Discovery.Limits {
        var limits = Discovery.Limits()
        limits.firstDelayMilliseconds = 1
        return limits
    }

    private func discover(
        _ world: World,
        _ text: String,
        version: DurableModel.HTTPVersion = .http2,
        headers: [AdditionalHeader] = [],
        limits: Discovery.Limits = quick()
    ) throws -> Result<DiscoveredDeployment, DiscoveryError> {
        let discovery = Discovery(loop: world.loop, client: world.client, limits: limits)
        var outcome: Result<DiscoveredDeployment, DiscoveryError>?
        let request = Discovery.Request(
            address: try DeploymentAddress(parsing: text),
            httpVersion: version,
            additionalHeaders: headers,
            metadata: ["m": "1"]
        )
        discovery.discover(request) { outcome = $0 }
        try world.run(until: { outcome != nil })
        return try #require(outcome)
    }

    private func problem(
        _ world: World,
        _ text: String,
        version: DurableModel.HTTPVersion = .http2,
        limits: Discovery.Limits = quick()
    ) throws -> DiscoveryError.Problem? {
        guard case .failure(let error) = try discover(world, text, version: version, limits: limits) else { return nil }
        #expect(error.message.contains(text) && !error.message.contains("\n"))
        return error.problem
    }

    private static func answers(_ status: Int, _ type: String?, _ body: [UInt8]) -> (FakeStream) -> Void {
        { stream in
            stream.respond(status, type.map { [("content-type", $0), ("x-restate-server", "fake/1.0")] } ?? [])
            stream.write(body)
            stream.end()
        }
    }

    @Test func aManifestOverHTTP2BecomesADeployment() throws {
        let world = try World()
        defer { world.close() }
        var seen: [String] = []
        let endpoint = try FakeEndpoint.http2(world) { stream in
            seen = [stream.target, String(decoding: stream.head.authority, as: UTF8.self)] + stream.fields
            Self.answers(200, Self.contentType, ManifestTests.manifest(""))(stream)
        }
        let address = "http://\(endpoint.authority)/base/?x=1"
        let headers = [AdditionalHeader(name: "x-a", value: "1")]
        let found = try discover(world, address, headers: headers).get()
        #expect(found.address.uri == address)
        #expect(found.httpVersion == .http2 && found.mode == .bidiStream && found.protocolVersions == 5...7)
        #expect(found.sdkVersion == "fake/1.0" && found.additionalHeaders == headers && found.metadata == ["m": "1"])
        #expect(found.services.map(\.name) == ["S"])
        let accept = (1...4).map { "application/vnd.restate.endpointmanifest.v\($0)+json" }.joined(separator: ", ")
        #expect(seen == ["/base/discover?x=1", endpoint.authority, "accept: \(accept)", "x-a: 1"])
    }

    @Test func aManifestOverHTTP1BecomesADeployment() throws {
        let world = try World()
        defer { world.close() }
        let body = ManifestTests.manifest("")
        let half = body.count / 2
        let head = "HTTP/1.1 200 OK\r\ncontent-type: \(Self.contentType)\r\ntransfer-encoding: chunked\r\n\r\n"
        let chunks = [body[..<half], body[half...]].flatMap {
            Array((String($0.count, radix: 16) + "\r\n").utf8) + $0 + Array("\r\n".utf8)
        }
        let endpoint = try FakeEndpoint.raw(world, Array(head.utf8) + chunks + Array("0\r\n\r\n".utf8))
        let found = try discover(world, "http://\(endpoint.authority)", version: .http1).get()
        #expect(found.httpVersion == .http1 && found.sdkVersion == nil)
        let request = String(decoding: endpoint.connections[0].received, as: UTF8.self)
        #expect(request.hasPrefix("GET /discover HTTP/1.1\r\nhost: \(endpoint.authority)\r\n"))
    }

    @Test func aLargeManifestIsReadElsewhere() throws {
        let world = try World()
        defer { world.close() }
        let text = String(repeating: "d", count: 1 << 20)
        let endpoint = try FakeEndpoint.http2(
            world,
            onRequest: Self.answers(200, Self.contentType, ManifestTests.manifest(#""documentation":"\#(text)""#))
        )
        let found = try discover(world, "http://\(endpoint.authority)").get()
        #expect(found.services.first?.documentation?.utf8.count == 1 << 20)
    }

    @Test(arguments: [
        (404, 1), (401, 1), (302, 1), (500, 4), (408, 4), (429, 4), (502, 4), (503, 4), (504, 4), (501, 1),
    ])
    func aStatusIsToldAfterAsManyAttemptsAsItIsWorth(status: Int, attempts: Int) throws {
        let world = try World()
        defer { world.close() }
        var asked = 0
        let endpoint = try FakeEndpoint.http2(world) { stream in
            asked += 1
            Self.answers(status, "text/plain", Array("why\n\u{1b}[31m".utf8))(stream)
        }
        #expect(try problem(world, "http://\(endpoint.authority)/") == .status(status, text: "why  [31m"))
        #expect(asked == attempts)
    }

    @Test func anEndpointThatRecoversIsRegistered() throws {
        let world = try World()
        defer { world.close() }
        var asked = 0
        let endpoint = try FakeEndpoint.http2(world) { stream in
            asked += 1
            if asked < 3 { return stream.reset(.internalError) }
            Self.answers(200, Self.contentType, ManifestTests.manifest(""))(stream)
        }
        #expect(try discover(world, "http://\(endpoint.authority)").get().services.count == 1)
    }

    @Test(arguments: [
        nil, "application/json", "text/html", "application/vnd.restate.endpointmanifest.v4+json; charset=utf-8",
        "application/vnd.restate.endpointmanifest.v5+json",
    ])
    func anotherContentTypeIsRefused(type: String?) throws {
        let world = try World()
        defer { world.close() }
        let endpoint = try FakeEndpoint.http2(world, onRequest: Self.answers(200, type, ManifestTests.manifest("")))
        #expect(try problem(world, "http://\(endpoint.authority)/") == .contentType(type))
    }

    @Test func aCompressedAnswerIsRefused() throws {
        let world = try World()
        defer { world.close() }
        let endpoint = try FakeEndpoint.http2(world) { stream in
            stream.respond(200, [("content-type", Self.contentType), ("content-encoding", "gzip")], isEnd: true)
        }
        #expect(try problem(world, "http://\(endpoint.authority)/") == .contentEncoding("gzip"))
    }

    @Test(arguments: [
        ("restate-sdk-typescript/1.2.1", 5, 7, 1...1), ("restate-sdk-typescript/1.3.0", 1, 4, 1...4),
        ("x", 8, 9, 8...9),
    ])
    func versionsMustOverlap(sdk: String, low: Int, high: Int, offered: ClosedRange<Int>) throws {
        let world = try World()
        defer { world.close() }
        let endpoint = try FakeEndpoint.http2(world) { stream in
            stream.respond(200, [("content-type", Self.contentType), ("x-restate-server", sdk)])
            let text = #"{"protocolMode":"BIDI_STREAM","minProtocolVersion":\#(low),"maxProtocolVersion":\#(high),"#
            stream.write(Array((text + #""services":[]}"#).utf8))
            stream.end()
        }
        #expect(try problem(world, "http://\(endpoint.authority)/") == .noCommonVersion(offered: offered))
    }

    @Test func aBadManifestIsToldAsSuch() throws {
        let world = try World()
        defer { world.close() }
        let endpoint = try FakeEndpoint.http2(world, onRequest: Self.answers(200, Self.contentType, Array("{".utf8)))
        #expect(try problem(world, "http://\(endpoint.authority)/") == .manifest(.notJSON))
    }

    @Test func aManifestBeyondTheLimitIsCutOff() throws {
        let world = try World()
        defer { world.close() }
        let endpoint = try FakeEndpoint.http2(world) { stream in
            stream.respond(200, [("content-type", Self.contentType)])
            stream.write([UInt8](repeating: 0x20, count: Manifest.bytesMax + 1))
        }
        let expected = DiscoveryError.Problem.manifest(.tooLarge(bytesMax: Manifest.bytesMax))
        #expect(try problem(world, "http://\(endpoint.authority)/") == expected)
    }

    @Test func nobodyListening() throws {
        let world = try World()
        defer { world.close() }
        let endpoint = try FakeEndpoint.raw(world, [])
        endpoint.listener.close()
        guard case .unreachable(let reason, 4)? = try problem(world, "http://\(endpoint.authority)/") else {
            Issue.record("expected a refused connection after four attempts")
            return
        }
        #expect(reason.contains("refused"))
    }

    @Test func aPeerOfTheOtherVersionIsNamed() throws {
        let world = try World()
        defer { world.close() }
        let old = try FakeEndpoint.raw(world, Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), hangsUp: true)
        #expect(try problem(world, "http://\(old.authority)/") == .http1Only)
        let new = try FakeEndpoint.http2(world) { _ in }
        guard case .unreachable(let reason, _)? = try problem(world, "http://\(new.authority)/", version: .http1) else {
            Issue.record("expected a protocol violation")
            return
        }
        #expect(reason.contains("HTTP/2"))
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}", "nonsense nonsense nonsense nonsense", ""])
    func nonsenseIsOneClearError(text: String) throws {
        let world = try World()
        defer { world.close() }
        let endpoint = try FakeEndpoint.raw(world, Array(text.utf8), hangsUp: true)
        for version in [DurableModel.HTTPVersion.http1, .http2] {
            guard case .unreachable? = try problem(world, "http://\(endpoint.authority)/", version: version) else {
                Issue.record("expected it to be unreachable")
                return
            }
        }
    }

    @Test func aSilentEndpointIsGivenUp() throws {
        let world = try World()
        defer { world.close() }
        let endpoint = try FakeEndpoint.http2(world) { _ in }
        var limits = Self.quick()
        limits.deadlineMilliseconds = 50
        #expect(try problem(world, "http://\(endpoint.authority)/", limits: limits) == .tooSlow(milliseconds: 50))
        let deaf = try FakeEndpoint.raw(world, [])
        #expect(try problem(world, "http://\(deaf.authority)/", limits: limits) == .tooSlow(milliseconds: 50))
    }

    @Test func aFailingEndpointIsToldWhenTimeIsOver() throws {
        let world = try World()
        defer { world.close() }
        let endpoint = try FakeEndpoint.http2(world, onRequest: Self.answers(503, nil, []))
        var limits = Self.quick()
        limits.deadlineMilliseconds = 100
        limits.firstDelayMilliseconds = 60_000
        #expect(try problem(world, "http://\(endpoint.authority)/", limits: limits) == .status(503, text: ""))
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "nonsense nonsense nonsense"])
    func anAddressWithoutTLSBehindHTTPSIsSaidToBeThat(text: String) throws {
        let world = try World()
        defer { world.close() }
        let endpoint = try FakeEndpoint.raw(world, Array(text.utf8))
        guard case .unreachable(let reason, 1)? = try problem(world, "https://\(endpoint.authority)/") else {
            Issue.record("a peer without TLS is not asked again")
            return
        }
        #expect(reason.contains("does not speak TLS"))
    }

    @Test func aHandshakeThatIsCutOffOrNeverEndsIsGivenUp() throws {
        let world = try World(connectMilliseconds: 50)
        defer { world.close() }
        let cut = try FakeEndpoint.raw(world, [], hangsUp: true)
        guard case .unreachable(let reason, _)? = try problem(world, "https://\(cut.authority)/") else {
            Issue.record("expected it to be unreachable")
            return
        }
        #expect(reason.contains("in the middle of the TLS handshake"))
        let silent = try FakeEndpoint.raw(world, [])
        guard case .unreachable(let why, 4)? = try problem(world, "https://\(silent.authority)/") else {
            Issue.record("expected it to be unreachable")
            return
        }
        #expect(why.contains("did not end the TLS handshake within 50 ms"))
        #expect(silent.connections.allSatisfy { !$0.received.isEmpty })
    }

    @Test func aStopEndsWhatIsUnderWay() throws {
        let world = try World()
        defer { world.close() }
        let endpoint = try FakeEndpoint.http2(world) { _ in }
        let discovery = Discovery(loop: world.loop, client: world.client)
        var outcome: Result<DiscoveredDeployment, DiscoveryError>?
        let address = try DeploymentAddress(parsing: "http://\(endpoint.authority)")
        discovery.discover(Discovery.Request(address: address, httpVersion: .http2)) { outcome = $0 }
        try world.run(until: { endpoint.connections.count == 1 })
        discovery.close()
        #expect(outcome == .failure(DiscoveryError(address: address, problem: .stopped)))
    }
}

struct AdditionalHeaderTests {
    @Test func namesBecomeLowerCaseAndSorted() throws {
        let headers = try AdditionalHeader.checked(["X-B": "1", "authorization": "Bearer x"])
        #expect(headers.map(\.name) == ["authorization", "x-b"])
    }

    @Test(arguments: [
        ("", "v", AdditionalHeaderError.malformedName("")), ("a b", "v", .malformedName("a b")),
        (":path", "v", .malformedName(":path")), ("Host", "v", .reservedName("host")),
        ("content-length", "1", .reservedName("content-length")), ("te", "x", .reservedName("te")),
        ("Content-Type", "x", .reservedName("content-type")),
        ("X-Restate-Jwt-V1", "x", .reservedName("x-restate-jwt-v1")), ("x", "a\nb", .malformedValue(name: "x")),
        ("x", "ä", .malformedValue(name: "x")),
        ("x", String(repeating: "v", count: 4096), .tooLarge(bytesMax: 4096)),
    ])
    func whatNoRequestCanCarryIsRefused(name: String, value: String, error: AdditionalHeaderError) {
        #expect(throws: error) { try AdditionalHeader.checked([name: value]) }
        #expect(!error.message.isEmpty)
    }
}
