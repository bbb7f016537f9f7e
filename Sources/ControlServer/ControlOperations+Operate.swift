import ControlProtocol
import DurableModel
import Engine
import Operations

import enum Engine.InvocationStatus

/// Operators' acts on invocations, one or many.
extension ControlOperations {
    func operate(
        _ parameters: OperateInvocation.Parameters,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) throws(ControlError) {
        let operation = try InvocationOperation(
            parameters.operation,
            deployment: parameters.deployment,
            from: parameters.from
        )
        operations.operate(operation, on: parameters.id, by: actor) { [self] result in
            answer(reply, result) { operated in
                OperateInvocation.Result(
                    id: operated.id.description,
                    outcome: OperateInvocation.Outcome(operated.outcome),
                    newId: operated.outcome.newInvocation?.description
                )
            }
        }
    }

    func operateMany(
        _ parameters: OperateInvocations.Parameters,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) throws(ControlError) {
        let operation = try InvocationOperation(
            parameters.operation,
            deployment: parameters.deployment,
            from: parameters.from
        )
        guard let selection = parameters.filter else {
            return try operate(operation, parameters.ids, isDryRun: parameters.dryRun, actor, reply)
        }
        let filter = try InvocationFilter(selection)
        var cursor: BulkCursor?
        if let text = parameters.cursor {
            cursor = BulkCursor(text: text)
            guard cursor != nil else {
                throw ControlError(.invalidParameters, "\"\(text)\" is no cursor of a progress")
            }
        }
        let tally = BatchTally(isDryRun: parameters.dryRun)
        operations.operateBulk(operation, filter, isDryRun: parameters.dryRun, from: cursor, by: actor) {
            [self] progress in
            tally.add(progress, of: operation)
            notify(reply, method: BatchProgress.method, tally.progress(after: progress))
            return isAwaited(reply)
        } then: { [self] result in
            switch result {
            case .success: answer(reply, long: tally.result)
            case .failure(let error): answer(reply, error: ControlError(error))
            }
        }
    }

    private func operate(
        _ operation: InvocationOperation,
        _ ids: [String],
        isDryRun: Bool,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) throws(ControlError) {
        var parsed: [InvocationID] = []
        for id in ids {
            guard let id = try? InvocationID(parsing: id) else { throw ControlError(.badInvocationID(id)) }
            parsed.append(id)
        }
        let tally = BatchTally(isDryRun: isDryRun)
        guard !isDryRun else {
            tally.result.matched = parsed.count
            return answer(reply, long: tally.result)
        }
        operations.operateAll(operation, parsed, by: actor) { [self] result in
            switch result {
            case .success(let outcome):
                tally.add(outcome)
                answer(reply, long: tally.result)
            case .failure(let error): answer(reply, error: ControlError(error))
            }
        }
    }
}

/// Sums up what an operation on many came to.
private final class BatchTally {
    var result: OperateInvocations.Result

    init(isDryRun: Bool) { result = OperateInvocations.Result(isDryRun: isDryRun) }

    func add(_ step: BulkProgress, of operation: InvocationOperation) {
        result.matched += step.matched
        result.succeeded += step.succeeded
        result.refused += step.refused.count
        for refused in step.refused {
            list(refused.id, .operation(refused.reason, operation, refused.id))
        }
        for restarted in step.restarted { list(restarted.old, restarted.new) }
    }

    func add(_ outcome: BatchOutcome) {
        result.matched = outcome.succeeded.count + outcome.failed.count
        result.succeeded = outcome.succeeded.count
        result.refused = outcome.failed.count
        for failed in outcome.failed { list(failed.id, failed.refusal) }
        for operated in outcome.succeeded {
            if let new = operated.outcome.newInvocation { list(operated.id, new) }
        }
    }

    func progress(after step: BulkProgress) -> BatchProgress {
        BatchProgress(
            matched: result.matched,
            succeeded: result.succeeded,
            refused: result.refused,
            cursor: step.next.map { BulkCursor(after: $0, upTo: step.upTo).text }
        )
    }

    private func list(_ id: InvocationID, _ refusal: Refusal) {
        guard result.refusals.count < OperateInvocations.listedMax else { return }
        result.refusals.append(
            OperateInvocations.Refusal(id: id.description, error: ControlError(.refused(refusal)))
        )
    }

    private func list(_ old: InvocationID, _ new: InvocationID) {
        guard result.restarted.count < OperateInvocations.listedMax else { return }
        result.restarted.append(OperateInvocations.Restart(id: old.description, newId: new.description))
    }
}

extension InvocationOperation {
    /// The operation that a peer names.
    fileprivate init(_ name: OperationName, deployment: String?, from: Int) throws(ControlError) {
        switch name {
        case .resume, .restartAsNew: break
        case .cancel, .kill, .pause, .purge, .purgeJournal:
            guard deployment == nil else {
                throw ControlError(.invalidParameters, "\(name.rawValue) takes no \"deployment\"")
            }
        }
        guard name == .restartAsNew || from == 0 else {
            throw ControlError(.invalidParameters, "\(name.rawValue) takes no \"from\"")
        }
        switch name {
        case .cancel: self = .cancel
        case .kill: self = .kill
        case .pause: self = .pause
        case .purge: self = .purge
        case .purgeJournal: self = .purgeJournal
        case .resume: self = .resume(try DeploymentChoice(deployment, default: .keep))
        case .restartAsNew: self = .restartAsNew(from: from, try DeploymentChoice(deployment, default: .latest))
        }
    }
}

extension DeploymentChoice {
    fileprivate init(_ text: String?, default choice: DeploymentChoice) throws(ControlError) {
        switch text {
        case nil: self = choice
        case "keep"?: self = .keep
        case "latest"?: self = .latest
        case let text?:
            guard let id = try? DeploymentID(parsing: text) else { throw ControlError(.badDeploymentID(text)) }
            self = .explicit(id)
        }
    }
}

extension InvocationFilter {
    fileprivate init(_ selection: InvocationSelection) throws(ControlError) {
        self.init()
        services = selection.services
        handlers = selection.handlers
        keys = selection.keys
        for text in selection.deploymentIds {
            guard let id = try? DeploymentID(parsing: text) else { throw ControlError(.badDeploymentID(text)) }
            deployments.insert(id)
        }
        statuses = Set(
            InvocationStatus.allCases.filter { status in
                selection.statuses.contains { $0.rawValue == status.name }
            }
        )
        isZombie = selection.isZombie
    }
}

extension OperationOutcome {
    fileprivate var newInvocation: InvocationID? {
        if case .restarted(let id) = self { id } else { nil }
    }
}

extension OperateInvocation.Outcome {
    fileprivate init(_ outcome: OperationOutcome) {
        switch outcome {
        case .cancelRequested: self = .cancelRequested
        case .pauseRequested: self = .pauseRequested
        case .ended: self = .ended
        case .killed: self = .killed
        case .alreadyPaused: self = .alreadyPaused
        case .resumed: self = .resumed
        case .purged: self = .purged
        case .journalPurged: self = .journalPurged
        case .restarted: self = .restarted
        }
    }
}
