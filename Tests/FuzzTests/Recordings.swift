import ControlProtocol
import FoundationEssentials
import GoldenRecordings

/// What was recorded, as examples; none where the recordings are absent.
enum Recordings {
    /// Frames of service and server, hexadecimal in the recording, a stream of one direction each.
    static let streams: [[UInt8]] = objects("exchanges.jsonl").prefix(120).flatMap { exchange -> [[UInt8]] in
        var byDirection: [String: [UInt8]] = [:]
        for step in array(exchange["sequence"]) {
            guard case .object(let step) = step, case .string(let direction)? = step["dir"],
                case .string(let hex)? = step["hex"]
            else { continue }
            byDirection[direction, default: []] += bytes(hex)
        }
        return byDirection.sorted { $0.key < $1.key }.map(\.value).filter { $0.count < 4096 }
    }

    static let manifests: [[UInt8]] = objects("discovery.jsonl").compactMap { discovery in
        guard case .object(let response)? = discovery["response"], let body = response["body"] else { return nil }
        return (try? JSONEncoder().encode(body)).map(Array.init)
    }

    static let statements: [[UInt8]] = exchanges("sql.jsonl").compactMap { exchange in
        guard case .object(let body)? = exchange.request.body, case .string(let query)? = body["query"],
            query.utf8.count < 4096
        else { return nil }
        return Array(query.utf8)
    }

    static let paths: [[UInt8]] = exchanges("ingress.jsonl").map { Array($0.request.path.utf8) }
    static let ingressBodies: [[UInt8]] = exchanges("ingress.jsonl").map(\.request.bytes).filter { $0.count < 4096 }

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
