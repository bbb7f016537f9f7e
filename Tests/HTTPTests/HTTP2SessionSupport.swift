@testable import HTTP

/// Writes down what a session tells, in order.
final class SessionRecorder: HTTP2SessionDelegate {
    var events: [String] = []
    var streams: [HTTP2StreamKey] = []
    var received: [HTTP2StreamKey: [UInt8]] = [:]
    var heads: [HTTPHead] = []
    var onHead: ((HTTP2Session, HTTP2StreamKey) -> Void)?
    var onBody: ((HTTP2Session, HTTP2StreamKey) -> Void)?

    func session(_ session: HTTP2Session, head: HTTPHead, of stream: HTTP2StreamKey, isEnd: Bool) {
        let what = head.status > 0 ? "\(head.status)" : String(decoding: head.target, as: UTF8.self)
        events.append("head \(what)\(isEnd ? " end" : "")")
        streams.append(stream)
        heads.append(head)
        onHead?(session, stream)
    }

    func session(_ session: HTTP2Session, refused refusal: HTTPRefusal, of stream: HTTP2StreamKey) {
        events.append("refused \(refusal)")
        streams.append(stream)
    }

    func session(_ session: HTTP2Session, body: UnsafeRawBufferPointer, of stream: HTTP2StreamKey) {
        received[stream, default: []].append(contentsOf: body)
        onBody?(session, stream)
    }

    func session(_ session: HTTP2Session, ended stream: HTTP2StreamKey) { events.append("ended") }

    func session(_ session: HTTP2Session, closed stream: HTTP2StreamKey, code: HTTP2ErrorCode) {
        events.append("closed \(code)")
    }

    func session(_ session: HTTP2Session, drained stream: HTTP2StreamKey) { events.append("drained") }
    func sessionSettingsChanged(_ session: HTTP2Session) { events.append("settings") }
    func session(_ session: HTTP2Session, goAway code: HTTP2ErrorCode) { events.append("goaway \(code)") }
    func sessionPingAcknowledged(_ session: HTTP2Session) { events.append("pong") }
}

/// A client and a server back to back, in memory.
struct SessionPair {
    let client = HTTP2Session(.client, settings: .client)
    let server: HTTP2Session
    let clientSide = SessionRecorder()
    let serverSide = SessionRecorder()
    var now: UInt64 = 1000

    init(concurrentStreams: UInt32 = 200) {
        var settings = HTTP2Settings.server
        settings.concurrentStreams = concurrentStreams
        server = HTTP2Session(.server, settings: settings)
        client.delegate = clientSide
        server.delegate = serverSide
    }

    /// Carries bytes both ways until neither has any.
    func exchange() {
        while true {
            let toServer = output(of: client)
            let toClient = output(of: server)
            if toServer.isEmpty && toClient.isEmpty { return }
            toServer.withUnsafeBytes { server.receive($0, now: now) }
            toClient.withUnsafeBytes { client.receive($0, now: now) }
        }
    }

    /// Feeds the server with bytes of our own.
    func feed(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { server.receive($0, now: now) }
    }
}

func output(of session: HTTP2Session) -> [UInt8] {
    var bytes: [UInt8] = []
    while let piece = session.nextOutput() { bytes.append(contentsOf: piece) }
    return bytes
}

func request(_ path: String, method: HTTPMethod = .post) -> HTTPHead {
    HTTPHead(method: method, target: Array(path.utf8), authority: Array("h:1".utf8))
}

/// Frames written by hand, for what no library would send.
enum Frames {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    static func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), type, flags]
            + word(stream) + payload
    }

    static func word(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    static let settings = frame(4)
    static let start = preface + settings

    /// `GET / http` and authority `h` from the static table and one literal.
    static let getFields: [UInt8] = [0x82, 0x84, 0x86, 0x01, 0x01, 0x68]
    /// `POST /` likewise.
    static let postFields: [UInt8] = [0x83, 0x84, 0x86, 0x01, 0x01, 0x68]

    static func headers(_ stream: UInt32, _ fields: [UInt8] = getFields, flags: UInt8 = 0x5) -> [UInt8] {
        frame(1, flags: flags, stream: stream, fields)
    }

    /// A literal field that is not put into the table; short names and values only.
    static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0x00, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }

    static func data(_ stream: UInt32, _ payload: [UInt8] = [], flags: UInt8 = 0) -> [UInt8] {
        frame(0, flags: flags, stream: stream, payload)
    }

    static func reset(_ stream: UInt32) -> [UInt8] { frame(3, stream: stream, word(8)) }
    static let ping = frame(6, [0, 0, 0, 0, 0, 0, 0, 0])

    /// The error code of a GOAWAY among those frames.
    static func goAwayCode(in bytes: [UInt8]) -> UInt32? {
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            let payload = Array(rest.dropFirst(9).prefix(length))
            if head[3] == 7, payload.count >= 8 {
                return payload[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
            }
            rest = rest.dropFirst(9 + length)
        }
        return nil
    }
}
