import ControlProtocol
import DurableModel
import FoundationEssentials
import GoldenRecordings

/// What was recorded, as examples; none where the recordings are absent.
enum Recordings {
    /// The longest that is taken: from shorter ones more is learnt in the same time.
    private static let bytesMax = 4096

    /// What a service said in an attempt of that protocol version.
    struct Attempt {
        var version: Int
        var stream: [UInt8]
    }

    /// Frames of service and server, a stream of one direction each.
    static let streams: [[UInt8]] = wires.prefix(120).flatMap { exchange in
        directions(of: exchange).sorted { $0.key < $1.key }.map(\.value).filter { $0.count < bytesMax }
    }

    static let attempts: [Attempt] = wires.compactMap { exchange in
        guard let stream = directions(of: exchange)["sdk>server"], stream.count < bytesMax,
            case .integer(let version)? = exchange["protocol"]
        else { return nil }
        return Attempt(version: Int(version), stream: stream)
    }

    /// Frames of both directions, each once.
    static let frames: [MessageFrame] = {
        var seen: Set<MessageFrame> = []
        return streams.flatMap { FrameBytes.frames(of: $0, pieces: max(1, $0.count)) }.filter {
            seen.insert($0).inserted
        }
    }()

    static let manifests: [[UInt8]] = objects("discovery.jsonl").compactMap { discovery in
        guard case .object(let response)? = discovery["response"], let body = response["body"] else { return nil }
        return (try? JSONEncoder().encode(body)).map(Array.init)
    }

    static let statements: [[UInt8]] = {
        let recorded = exchanges("sql.jsonl").map { statement(in: $0.request.body) }
        let asked = objects("cli-requests.jsonl").map { request -> [UInt8]? in
            guard case .string(let text)? = request["body"] else { return nil }
            return statement(in: try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)))
        }
        var seen: Set<[UInt8]> = []
        return (recorded + asked).compactMap(\.self).filter { $0.count < bytesMax && seen.insert($0).inserted }
    }()

    private static func statement(in body: JSONValue?) -> [UInt8]? {
        guard case .object(let members)? = body, case .string(let query)? = members["query"] else { return nil }
        return Array(query.utf8)
    }

    /// Requests to the ingress and to the admin interface, as they stand in HTTP/1.1.
    static let ingressRequests = requests("ingress.jsonl")
    static let adminRequests = requests("admin.jsonl") + clientRequests

    static let ingressBodies: [[UInt8]] = exchanges("ingress.jsonl").map(\.request.bytes).filter { $0.count < bytesMax }

    /// What the client of another server asks; its body is text.
    private static let clientRequests: [[UInt8]] = {
        var seen: Set<[UInt8]> = []
        return objects("cli-requests.jsonl").compactMap { request in
            guard case .string(let method)? = request["method"], case .string(let path)? = request["path"] else {
                return nil
            }
            var body: [UInt8] = []
            if case .string(let text)? = request["body"] { body = Array(text.utf8) }
            let bytes = HTTPRequestBytes.joined(method, path, [("content-type", "application/json")], body)
            return bytes.count < bytesMax && seen.insert(bytes).inserted ? bytes : nil
        }
    }()

    private static let wires = objects("exchanges.jsonl")

    /// The bytes of each direction; hexadecimal in the recording.
    private static func directions(of exchange: [String: JSONValue]) -> [String: [UInt8]] {
        var byDirection: [String: [UInt8]] = [:]
        for step in array(exchange["sequence"]) {
            guard case .object(let step) = step, case .string(let direction)? = step["dir"],
                case .string(let hex)? = step["hex"]
            else { continue }
            byDirection[direction, default: []] += bytes(hex)
        }
        return byDirection
    }

    private static func requests(_ file: String) -> [[UInt8]] {
        exchanges(file).map { exchange in
            let request = exchange.request
            return HTTPRequestBytes.joined(
                request.method,
                request.path,
                request.headers.sorted { $0.key < $1.key },
                request.bytes
            )
        }.filter { $0.count < bytesMax }
    }

    private static func exchanges(_ file: String) -> [HTTPRecording] { (try? GoldenRecordings.exchanges(file)) ?? [] }

    private static func objects(_ file: String) -> [[String: JSONValue]] {
        ((try? GoldenRecordings.lines(file)) ?? []).compactMap { line in
            guard case .object(let object)? = try? JSONDecoder().decode(JSONValue.self, from: Data(line.utf8)) else {
                return nil
            }
            return object
        }
    }

    private static func array(_ value: JSONValue?) -> [JSONValue] {
        if case .array(let elements)? = value { elements } else { [] }
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
        }
    }
}
