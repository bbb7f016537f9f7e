@testable import HTTP

/// What a parser made of some bytes, with neighbouring pieces of a body joined, so that it does not depend on the splitting.
enum Parsed: Equatable {
    case head(String, fields: [String], HTTPBodyFraming)
    case body(String)
    case end
    case refused(HTTPRefusal)

    static func head(_ head: HTTPHead, _ framing: HTTPBodyFraming) -> Parsed {
        let first =
            if head.status > 0 {
                "\(head.status)"
            } else {
                "\(String(decoding: head.slice(head.methodPlace), as: UTF8.self)) \(String(decoding: head.target, as: UTF8.self))"
            }
        let fields = (0..<head.fieldCount).map { index in
            let name = String(decoding: head.name(at: index), as: UTF8.self)
            return "\(name): \(String(decoding: head.value(at: index), as: UTF8.self))"
        }
        return .head(first, fields: fields, framing)
    }
}

struct ParserRun {
    var parser: HTTP1Parser
    var events: [Parsed] = []

    init(_ role: HTTP1Parser.Role) {
        parser = HTTP1Parser(role)
    }

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        let piece = Array(bytes)
        piece.withUnsafeBytes { buffer in
            var offset = 0
            while take(parser.next(buffer, from: &offset)) {}
        }
    }

    mutating func end() {
        _ = take(parser.inputEnded())
    }

    private mutating func take(_ event: HTTP1Event) -> Bool {
        switch event {
        case .needsInput: return false
        case .head(let head, let framing): events.append(.head(head, framing))
        case .body(let bytes):
            let text = String(decoding: bytes, as: UTF8.self)
            if case .body(let before) = events.last {
                events[events.count - 1] = .body(before + text)
            } else {
                events.append(.body(text))
            }
        case .end: events.append(.end)
        case .refused(let refusal):
            if events.last != .refused(refusal) { events.append(.refused(refusal)) }
            return false
        }
        return true
    }
}

/// The events of `bytes`, fed in pieces of the given size.
func parse(_ bytes: [UInt8], as role: HTTP1Parser.Role = .requests, pieces size: Int, ended: Bool = false) -> [Parsed] {
    var run = ParserRun(role)
    var start = 0
    while start < bytes.count {
        let end = min(start + size, bytes.count)
        run.feed(bytes[start..<end])
        start = end
    }
    if ended { run.end() }
    return run.events
}
