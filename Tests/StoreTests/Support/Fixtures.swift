import DurableModel
import Engine
import ServiceProtocol

@testable import Store

/// The values of the tests, with everything defaulted that a test is not about.
enum Fixture {
    static let now = Timestamp(milliseconds: 1_790_000_000_000)
    static let deployment = DeploymentID(high: 0x0190_0000_0000_0001, low: 0x1122_3344_5566_7788)
    static let key = ServiceKey(service: "Counter", key: "a")

    static func number(_ value: Int64) -> InvocationNumber { InvocationNumber(rawValue: value) }

    static func id(_ value: Int64) -> InvocationID {
        InvocationID(partitionKey: 42, createdAt: now, number: number(value), entropy: 7)
    }

    static func head(
        _ value: Int64,
        id: InvocationID? = nil,
        hasDerivedID: Bool = false,
        target: Target = Target(service: "Greeter", key: nil, handler: "greet"),
        handlerType: HandlerType = .plain,
        idempotencyKey: String? = nil,
        invoker: Invoker = .ingress,
        retention: Interval = .hours(24)
    ) -> InvocationHead {
        InvocationHead(
            number: number(value),
            id: id ?? Fixture.id(value),
            hasDerivedID: hasDerivedID,
            target: target,
            serviceType: target.key == nil ? .service : .virtualObject,
            handlerType: handlerType,
            idempotencyKey: idempotencyKey,
            invoker: invoker,
            createdAt: now,
            completionRetention: retention,
            journalRetention: retention
        )
    }

    static func invocation(_ value: Int64, status: InvocationStatus = .ready) -> Invocation {
        Invocation(head: head(value), status: status, inputBytes: 3)
    }

    /// An invocation with a value in every column.
    static func fullInvocation(_ value: Int64) -> Invocation {
        let head = head(
            value,
            hasDerivedID: true,
            target: Target(service: "Counter", key: "ключ\u{0}x", handler: "add"),
            handlerType: .exclusive,
            idempotencyKey: "idem",
            invoker: .service(
                caller: number(3),
                id: id(3),
                target: Target(service: "Caller", key: "k", handler: "h"),
                completionID: .max
            )
        )
        var invocation = Invocation(head: head, status: .suspended, inputBytes: 11)
        invocation.pin = Pin(deployment: deployment, protocolVersion: 7)
        invocation.attempt.retryCount = 3
        invocation.attempt.retriesSinceLastEntry = 2
        invocation.attempt.lastStartAt = now.adding(.seconds(1))
        invocation.attempt.nextRetryAt = now.adding(.seconds(2))
        invocation.attempt.lastDeployment = deployment
        invocation.attempt.lastServer = "sdk/1.0"
        invocation.attempt.lastFailure = AttemptFailureRecord(
            code: 503,
            documentedCode: "RT0010",
            message: "it broke",
            stacktrace: "here\nthere",
            relatedCommandIndex: 4,
            relatedCommandName: "step",
            relatedCommandType: 0x0411
        )
        invocation.modifiedAt = now.adding(.seconds(3))
        invocation.inboxedAt = now.adding(.seconds(4))
        invocation.scheduledAt = now.adding(.seconds(5))
        invocation.scheduledStartAt = now.adding(.seconds(6))
        invocation.runningAt = now.adding(.seconds(7))
        invocation.completedAt = now.adding(.seconds(8))
        invocation.journalLength = 9
        invocation.commandCount = 5
        invocation.journalBytes = 1234
        invocation.awaiting = Awaiting(
            combinator: .allCompleted,
            leaves: [.completion(1), .signal(17), .namedSignal("go")]
        )
        invocation.outputIndex = 8
        invocation.completionFailure = Failure(
            code: 409,
            message: "killed",
            metadata: [FailureMetadata(key: "why", value: "so")]
        )
        invocation.expiresAt = now.adding(.hours(1))
        invocation.inboxSequence = 77
        invocation.pauseRequested = true
        invocation.eventCount = 12
        invocation.journalIsGone = true
        return invocation
    }

    /// Bytes that differ from position to position, so that a swapped or lost chunk shows.
    static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) }
        }
        return Array(bytes.prefix(count))
    }
}

/// Chance from a seed (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}

/// What of an invocation can be compared: the head is a class.
struct ComparableInvocation: Equatable {
    let number: InvocationNumber
    let text: String

    init?(_ invocation: Invocation?) {
        guard let invocation else { return nil }
        number = invocation.number
        let head = invocation.head
        let fixed: [Any] = [
            head.number, head.id, head.hasDerivedID, head.target, head.serviceType, head.handlerType,
            head.idempotencyKey as Any, head.invoker, head.createdAt, head.completionRetention,
            head.journalRetention, head.inheritedSeed as Any,
        ]
        let changing: [Any] = [
            invocation.status, invocation.pin as Any, invocation.attempt, invocation.modifiedAt,
            invocation.inboxedAt as Any, invocation.scheduledAt as Any, invocation.scheduledStartAt as Any,
            invocation.runningAt as Any, invocation.completedAt as Any, invocation.journalLength,
            invocation.commandCount, invocation.journalBytes, invocation.awaiting as Any,
            invocation.outputIndex as Any, invocation.completionFailure as Any, invocation.expiresAt as Any,
            invocation.inboxSequence as Any, invocation.journalIsGone, invocation.pauseRequested,
            invocation.eventCount,
        ]
        text = String(reflecting: fixed) + String(reflecting: changing)
    }
}
