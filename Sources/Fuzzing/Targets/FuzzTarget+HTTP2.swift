import HTTP

extension FuzzTarget {
    /// What a client sends: the preface and frames.
    static let http2Server = http2("http2-server", .server)
    /// What a server sends to a client that has asked.
    static let http2Client = http2("http2-client", .client)

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private static func http2(_ name: String, _ role: HTTP2Session.Role) -> FuzzTarget {
        FuzzTarget(
            name: name,
            examples: [recorded(from: role)],
            words: [preface, frame(4, 0, 0, []), frame(4, 1, 0, []), frame(6, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0])]
                + [
                    frame(7, 0, 0, [0, 0, 0, 1, 0, 0, 0, 0]), frame(8, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF]), [0x82, 0x84],
                ],
            generate: { random in
                (role == .server ? preface : []) + frame(4, 0, 0, [])
                    + (0..<Int.random(in: 1...12, using: &random)).flatMap { _ in anyFrame(&random) }
            },
            read: { bytes, random in
                let recorder = SilentDelegate(random)
                let session = HTTP2Session(role, settings: role == .server ? .server : .client)
                session.delegate = recorder
                if role == .client { _ = recorder.ask(session) }
                drain(session)
                var start = 0
                while start < bytes.count {
                    let end = min(bytes.count, start + Int.random(in: 1...400, using: &random))
                    bytes[start..<end].withUnsafeBytes { session.receive($0, now: 1000) }
                    drain(session)
                    start = end
                }
                return withExtendedLifetime(recorder) { nil }
            }
        )
    }

    /// What the other side of a whole exchange sends.
    private static func recorded(from role: HTTP2Session.Role) -> [UInt8] {
        let client = HTTP2Session(.client, settings: .client)
        let server = HTTP2Session(.server, settings: .server)
        let sides = [SilentDelegate(FuzzRandom(seed: 1)), SilentDelegate(FuzzRandom(seed: 2))]
        client.delegate = sides[0]
        server.delegate = sides[1]
        _ = sides[0].ask(client)
        // Sessions do not keep their delegates.
        return withExtendedLifetime(sides) {
            var sent: [UInt8] = []
            while true {
                let toServer = output(client)
                toServer.withUnsafeBytes { server.receive($0, now: 1000) }
                let toClient = output(server)
                toClient.withUnsafeBytes { client.receive($0, now: 1000) }
                sent += role == .server ? toServer : toClient
                if toServer.isEmpty, toClient.isEmpty { return sent }
            }
        }
    }

    private static func output(_ session: HTTP2Session) -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = session.nextOutput() { bytes += piece }
        return bytes
    }

    private static func drain(_ session: HTTP2Session) { while session.nextOutput() != nil {} }

    private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: stream >> $0) } + payload
    }

    private static func anyFrame(_ random: inout FuzzRandom) -> [UInt8] {
        let type = UInt8.random(in: 0...10, using: &random)
        let flags = [0, 1, 4, 5, 8, 0x20, 0x25, 0xFF].randomElement(using: &random) ?? 0
        let stream = [0, 1, 1, 1, 3, 5, 2, 0x7FFF_FFFF].randomElement(using: &random) ?? 1
        let block: [UInt8] = [0x83, 0x86, 0x44, 2, 0x2F, 0x61, 0x41, 1, 0x61]
        let payload = type == 1 && Bool.random(using: &random) ? block : random.bytes(upTo: 40)
        return frame(type, UInt8(flags), UInt32(stream), payload)
    }
}

/// Answers what comes in, without looking.
private final class SilentDelegate: HTTP2SessionDelegate {
    private var random: FuzzRandom

    init(_ random: FuzzRandom) { self.random = random }

    func ask(_ session: HTTP2Session) -> HTTP2StreamKey? {
        var head = HTTPHead(method: .post, target: Array("/invoke/Greeter/greet".utf8), authority: Array("h:1".utf8))
        head.add("content-type", "application/vnd.restate.invocation.v6")
        let stream = session.request(head, isEnd: false)
        if let stream {
            _ = session.write(Array(repeating: 7, count: 100), to: stream)
            session.end(stream)
        }
        return stream
    }

    func session(_ session: HTTP2Session, head: HTTPHead, of stream: HTTP2StreamKey, isEnd: Bool) {
        guard head.status == 0 else { return }
        session.respond(HTTPHead(status: 200), to: stream, isEnd: false)
        _ = session.write([1, 2, 3], to: stream)
        if Bool.random(using: &random) { session.end(stream) }
    }

    func session(_ session: HTTP2Session, refused refusal: HTTPRefusal, of stream: HTTP2StreamKey) {
        session.respond(HTTPHead(status: 400), to: stream, isEnd: true)
    }

    func session(_ session: HTTP2Session, body: UnsafeRawBufferPointer, of stream: HTTP2StreamKey) {
        session.pauseReading(stream)
        session.resumeReading(stream)
    }

    func session(_ session: HTTP2Session, ended stream: HTTP2StreamKey) { session.end(stream) }
    func session(_ session: HTTP2Session, closed stream: HTTP2StreamKey, code: HTTP2ErrorCode) {}
    func session(_ session: HTTP2Session, drained stream: HTTP2StreamKey) {}
    func sessionSettingsChanged(_ session: HTTP2Session) {}
    func session(_ session: HTTP2Session, goAway code: HTTP2ErrorCode) {}
    func sessionPingAcknowledged(_ session: HTTP2Session) {}
}
