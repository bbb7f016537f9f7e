import DurableModel
import Engine
import Logging

/// What the core decided, as an administrator reads it in the journal.
extension Runtime {
    func log(_ note: Note) {
        switch note {
        case .attemptFailed(let id, let target, let deployment, let record, let nextRetryAt):
            let retry = nextRetryAt.map { [LogField.retryMilliseconds($0.since(Self.now).milliseconds)] } ?? []
            let fields = Self.fields(id, target, deployment) + Self.fields(record) + retry
            logger.log(.info, "attempt failed, retrying", id: Self.messageID(of: record), fields)
        case .paused(let id, let target, let record):
            let fields = Self.fields(id, target, nil) + (record.map(Self.fields) ?? [])
            logger.log(.warning, "invocation paused", id: .invocationPaused, fields)
        case .registered(let id, let address):
            logger.log(.notice, "deployment registered", [.deployment(id.description), .address(address)])
        case .removed(let id, let orphaned):
            let fields: [LogField] = [.deployment(id.description), .count(Int64(orphaned))]
            logger.log(.notice, "deployment removed", id: orphaned > 0 ? .deploymentRemovedByForce : nil, fields)
        case .updated(let id, let address):
            logger.log(.notice, "deployment updated in place", [.deployment(id.description), .address(address)])
        case .configured(let service, let id):
            logger.log(.notice, "service configured", [.service(service), .deployment(id.description)])
        case .operated(let id, let target, let operation, let actor):
            let fields = Self.fields(id, target, nil) + [.operation(operation.name), .peer(actor)]
            logger.log(.notice, "an operator acted on an invocation", fields)
        case .operatedMany(let operation, let succeeded, let refused, let actor):
            logger.log(
                .notice,
                "an operator acted on invocations",
                [.operation(operation.name), .count(Int64(succeeded)), .peer(actor)]
                    + (refused == 0 ? [] : [.error("\(refused) invocations were refused")])
            )
        case .statePatched(let key, let actor):
            let fields: [LogField] = [.service(key.service), .key(key.key), .peer(actor)]
            logger.log(.notice, "an operator changed the state of a key", fields)
        case .statePatchDropped(let key, let actor):
            logger.log(
                .warning,
                "a change of a key's state was dropped: the state was of another version when its turn came",
                [.service(key.service), .key(key.key), .peer(actor)]
            )
        case .replaced(let id, let address, let inFlight):
            logger.log(
                inFlight > 0 ? .warning : .notice,
                "deployment read again in place",
                id: inFlight > 0 ? .deploymentReplacedByForce : nil,
                [.deployment(id.description), .address(address), .count(Int64(inFlight))]
            )
        case .roomAgain:
            logger.log(.notice, "there is room on the disk again, taking new work", id: .diskRoomAgain)
        case .clockJumped(let interval):
            logger.log(
                .warning,
                "the clock jumped forward, retention waits",
                id: .clockJumped,
                [.durationMilliseconds(interval.milliseconds)]
            )
        case .commandRefused(let text):
            logger.log(.error, "a command was refused by the store", id: .commandRefused, [.error(text)])
        case .stalled(let text):
            logger.log(
                .error,
                "the disk is full, refusing new work",
                id: .diskFull,
                [.error(text), .path(dataDirectory)]
            )
        }
    }

    private static func messageID(of record: AttemptFailureRecord) -> MessageID? {
        switch record.documentedCode {
        case "RT0010": .deploymentUnreachable
        case "RT0012": .protocolViolated
        default: nil
        }
    }

    private static func fields(_ record: AttemptFailureRecord) -> [LogField] {
        [.errorCode(record.documentedCode), .error(record.message)] + (record.commandText.map { [.entry($0)] } ?? [])
    }

    private static func fields(
        _ id: InvocationID,
        _ target: Target,
        _ deployment: DeploymentID?
    ) -> [LogField] {
        [.invocation(id.description), .service(target.service), .handler(target.handler)]
            + (target.key.map { [.key($0)] } ?? []) + (deployment.map { [.deployment($0.description)] } ?? [])
    }
}
