import AdminAPI
import ControlProtocol
import GoldenRecordings
import HTTP

/// The recordings of the admin port.
enum Recording {
    static let areThere = GoldenRecordings.has("admin.jsonl")

    /// Empty where the file is absent; read once.
    static let all: [HTTPRecording] = areThere ? (try? GoldenRecordings.exchanges("admin.jsonl")) ?? [] : []

    static func named(_ name: String) -> HTTPRecording? { all.first { $0.name == name } }
}

extension HTTPRecording.Request {
    /// What the face makes of it.
    var understood: Result<AdminRequest, AdminRefusal> {
        Fixture.request(
            HTTPMethod.allCases.first { "\($0.token)" == method } ?? .other,
            path,
            headers.map { ($0.key, $0.value) },
            body: String(decoding: bytes, as: UTF8.self)
        )
    }
}
