import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

extension Desk {
    /// A desk whose invocation 2 is in that state; invocation 1 holds its key if it is inboxed. Started ones are pinned to the
    /// deployment at `v1:1`. If a caller waits for it, that is request 3.
    static func with(
        _ status: InvocationStatus,
        waits: Bool = false,
        settings: Settings = Settings(),
        mode: ProtocolMode = .bidiStream,
        versions: ClosedRange<Int> = 5...7
    ) throws -> Desk {
        let desk = try Desk(settings: settings, mode: mode, versions: versions)
        try desk.invoke("Counter", "add", key: status == .inboxed ? "k" : "other")
        let startAt = status == .scheduled ? desk.now.adding(.seconds(60)) : nil
        if status == .ready {
            let request = InvokeRequest(
                target: Target(service: "Counter", key: "k", handler: "add"),
                input: inputFrame(headers: [], value: []).payload,
                waitsForResult: waits
            )
            let id = desk.request()
            try desk.turn(starts: false) { (engine) throws(StorageError) in try engine.apply(.invoke(request, id)) }
        } else {
            try desk.invoke("Counter", "add", key: "k", startAt: startAt, waits: waits)
        }
        switch status {
        case .scheduled, .inboxed, .ready, .running: break
        case .backingOff: try desk.report(2, .ended)
        case .suspended: try desk.receive(2, desk.sleepCommand(), suspend(.completion(1), .cancelSignal))
        case .paused: try desk.receive(2, .error(ErrorMessage(code: 500, message: "x", behavior: .pause)))
        case .completed: try desk.receive(2, output, .end)
        }
        #expect(desk.status(2) == status)
        return desk
    }

    /// A sleep of a minute.
    func sleepCommand(id: UInt32 = 1) -> ServiceMessage {
        command(.sleep(wakeUpTimeMilliseconds: UInt64(now.milliseconds + 60_000), completionID: id))
    }

    /// The answer to an operation on an invocation: its outcome, or its status and sentence with the id left out.
    @discardableResult
    func operate(_ number: Int64, _ operation: InvocationOperation) throws -> String {
        try operate(on: try id(number), operation)
    }

    func operate(on id: InvocationID, _ operation: InvocationOperation) throws -> String {
        try turn { .operate(operation, id, actor: "test", $0) }
        for action in actions {
            switch action {
            case .answer(_, .operated(_, let outcome)): return ActionText.line(outcome)
            case .answer(_, .refused(.operation(let reason, let operation, let id))):
                let sentence = reason.sentence(operation, of: id)
                return "\(reason.httpStatus) " + sentence.split(separator: "'\(id)'").joined(separator: "…")
            case .answer(_, .refused(let refusal)): return "refused: " + refusal.sentence
            default: continue
            }
        }
        return "no answer"
    }

    /// The whole bulk operation, step by step; what each came to.
    func operateOnMany(_ first: BulkStep) throws -> [BulkProgress] {
        var steps: [BulkProgress] = []
        var next: BulkStep? = first
        while let step = next {
            try turn { .operateBulk(step, actor: "test", $0) }
            let progress = actions.compactMap { action -> BulkProgress? in
                if case .answer(_, .bulk(let progress)) = action { progress } else { nil }
            }
            guard let last = progress.first else { break }
            steps.append(last)
            next = step.next(after: last)
        }
        return steps
    }

    /// The deployment at that authority.
    func deployment(_ authority: String) throws -> DeploymentID {
        let found = memory.catalog.deployments.first { $0.address.authority == authority }
        return try #require(found).id
    }

    /// What is wrong with what is stored.
    var faults: [String] { storage.complaints + storage.rows.violations() }

    /// The events of an invocation, e.g. `1: transient RT0007` (after entry 1).
    func events(_ number: Int64) -> [String] {
        (storage.rows.events[InvocationNumber(rawValue: number)] ?? []).map { event in
            switch event.kind {
            case .transientError(let record): "\(event.afterIndex): transient \(record.documentedCode)"
            case .paused(let record): "\(event.afterIndex): paused" + (record.map { " \($0.documentedCode)" } ?? "")
            case .suspended: "\(event.afterIndex): suspended"
            }
        }
    }
}
