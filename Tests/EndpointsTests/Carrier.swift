import DurableModel
import EventLoop
import HTTP
import ServiceProtocol

@testable import Endpoints

/// A transport in a world, and what it told.
final class Carrier {
    let world: World
    private(set) lazy var transport = AttemptTransport(
        loop: world.loop,
        client: world.client,
        messageBytesInFlightMax: bytesMax,
        drainMilliseconds: drainMilliseconds
    ) { [unowned self] attempt, event in
        events[attempt, default: []].append(event)
    }
    private let bytesMax: Int
    private let drainMilliseconds: UInt64
    private(set) var events: [AttemptID: [AttemptEvent]] = [:]

    init(bytesMax: Int = .max, drainMilliseconds: UInt64 = AttemptTransport.drainMilliseconds) throws {
        world = try World()
        self.bytesMax = bytesMax
        self.drainMilliseconds = drainMilliseconds
    }

    func events(_ number: UInt64 = 1) -> [AttemptEvent] { events[AttemptID(rawValue: number)] ?? [] }

    func isOver(_ number: UInt64 = 1) -> Bool {
        switch events(number).last {
        case .ended, .failed: true
        case .responded, .received, nil: false
        }
    }

    /// All frames told of, whatever the batches were.
    func frames(_ number: UInt64 = 1) -> [MessageFrame] {
        events(number).flatMap { event in
            if case .received(let frames) = event { frames } else { [MessageFrame]() }
        }
    }

    /// What the network did, when that was the only event.
    func networkFailure(_ number: UInt64 = 1) -> String? {
        let events = events(number)
        guard events.count == 1, case .failed(.network(let text))? = events.first else { return nil }
        return text
    }

    /// Starts one attempt at an endpoint of its own, which does this with every request.
    func start(onRequest: @escaping (FakeStream) -> Void) throws {
        let endpoint = try FakeEndpoint.http2(world, onRequest: onRequest)
        transport.start(Said.order(endpoint.authority))
    }

    /// The same, to the attempt's end.
    func run(onRequest: @escaping (FakeStream) -> Void) throws {
        try start(onRequest: onRequest)
        try world.run(until: { self.isOver() })
    }

    func close() {
        transport.close()
        world.close()
    }
}

/// What is said in these tests: one order, and messages back.
enum Said {
    static let invocation = InvocationID(partitionKey: 1, high: 2, low: 3)
    static let output = Command(.output(.value(Array("hi".utf8)))).frame()
    static let end = ServiceMessage.end.frame(version: 7)
    static let opening = framed([inputFrame(headers: [], value: [1, 2, 3])])

    static func framed(_ frames: [MessageFrame]) -> [UInt8] {
        frames.reduce(into: []) { $1.encode(into: &$0) }
    }

    static func order(
        _ authority: String,
        attempt: UInt64 = 1,
        path: String = "/",
        query: String? = nil,
        version: Int = 6,
        http: DurableModel.HTTPVersion = .http2,
        keepsInputOpen: Bool = true,
        key: String? = nil,
        headers: [AdditionalHeader] = [],
        limit: Int = 1000
    ) -> AttemptOrder {
        AttemptOrder(
            attempt: AttemptID(rawValue: attempt),
            invocation: invocation,
            deployment: DeploymentID(high: 1, low: 1),
            address: DeploymentAddress(scheme: "http", authority: authority, pathAsWritten: path, query: query),
            httpVersion: http,
            additionalHeaders: headers,
            keepsInputOpen: keepsInputOpen,
            protocolVersion: version,
            service: "S",
            handler: "h",
            key: key,
            opening: opening,
            messageBytesMax: limit
        )
    }

    static func type(_ version: Int = 6) -> (String, String) {
        ("content-type", "application/vnd.restate.invocation.v\(version)")
    }
}
