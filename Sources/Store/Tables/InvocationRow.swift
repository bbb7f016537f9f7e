import DurableModel
import Engine
import ServiceProtocol

/// The current row of a statement that selects `InvocationColumn.row`, made an invocation again.
struct InvocationRow {
    private let statement: Statement

    init(_ statement: Statement) {
        self.statement = statement
    }

    func decode() throws(StorageError) -> Invocation {
        guard let status = InvocationStatus(rawValue: int(.status)) else { throw undecodable(.status) }
        var invocation = Invocation(head: try head(), status: status, inputBytes: 0)
        invocation.pin = try pin()
        invocation.attempt = try attempt()
        invocation.modifiedAt = time(.modifiedAt)
        invocation.inboxedAt = optionalTime(.inboxedAt)
        invocation.scheduledAt = optionalTime(.scheduledAt)
        invocation.scheduledStartAt = optionalTime(.scheduledStartAt)
        invocation.runningAt = optionalTime(.runningAt)
        invocation.completedAt = optionalTime(.completedAt)
        invocation.journalLength = int(.journalLength)
        invocation.commandCount = int(.commandCount)
        invocation.journalBytes = int(.journalBytes)
        invocation.journalIsGone = int(.journalIsGone) != 0
        invocation.lastEntryAt = optionalTime(.lastEntryAt)
        invocation.outputIndex = statement.optionalInt(InvocationColumn.outputIndex.rawValue)
        invocation.expiresAt = optionalTime(.expiresAt)
        invocation.inboxSequence = statement.optionalInteger(InvocationColumn.inboxSequence.rawValue)
        invocation.pauseRequested = int(.pauseRequested) != 0
        invocation.eventCount = int(.eventCount)
        invocation.awaiting = try decodeBytes(.awaiting, Awaiting.decode)
        invocation.awaitingFrom = int(.awaitingFrom)
        invocation.lastAwaitingOn = try decodeBytes(.lastAwaitingOn, Awaiting.decode)
        invocation.waitsFor = try optionalText(.waitsFor)
        invocation.completionFailure = try decodeBytes(.completionFailure, Failure.decode)
        return invocation
    }

    private func head() throws(StorageError) -> InvocationHead {
        guard let id = statement.invocationID(InvocationColumn.id.rawValue) else { throw undecodable(.id) }
        guard let serviceType = ServiceType(stored: statement.integer(InvocationColumn.serviceType.rawValue)) else {
            throw undecodable(.serviceType)
        }
        guard let handlerType = HandlerType(stored: statement.integer(InvocationColumn.handlerType.rawValue)) else {
            throw undecodable(.handlerType)
        }
        return InvocationHead(
            number: statement.number(InvocationColumn.number.rawValue),
            id: id,
            hasDerivedID: int(.isDerived) != 0,
            target: try target(service: .service, key: .key, handler: .handler),
            serviceType: serviceType,
            handlerType: handlerType,
            idempotencyKey: try optionalText(.idempotencyKey),
            invoker: try invoker(),
            createdAt: time(.createdAt),
            completionRetention: statement.interval(InvocationColumn.completionRetention.rawValue),
            journalRetention: statement.interval(InvocationColumn.journalRetention.rawValue),
            inheritedSeed: statement.optionalInteger(InvocationColumn.inheritedSeed.rawValue).map {
                UInt64(bitPattern: $0)
            }
        )
    }

    private func invoker() throws(StorageError) -> Invoker {
        guard let caller = statement.optionalInteger(InvocationColumn.caller.rawValue) else {
            guard !statement.isNull(InvocationColumn.restartedFrom.rawValue) else { return .ingress }
            guard let origin = statement.invocationID(InvocationColumn.restartedFrom.rawValue) else {
                throw undecodable(.restartedFrom)
            }
            return .restart(of: origin)
        }
        guard let id = statement.invocationID(InvocationColumn.callerID.rawValue) else { throw undecodable(.callerID) }
        var completionID: UInt32?
        if !statement.isNull(InvocationColumn.callerCompletion.rawValue) {
            completionID = statement.uint32(InvocationColumn.callerCompletion.rawValue)
            if completionID == nil { throw undecodable(.callerCompletion) }
        }
        return .service(
            caller: InvocationNumber(rawValue: caller),
            id: id,
            target: try target(service: .callerService, key: .callerKey, handler: .callerHandler),
            completionID: completionID
        )
    }

    private func target(
        service: InvocationColumn,
        key: InvocationColumn,
        handler: InvocationColumn
    ) throws(StorageError) -> Target {
        Target(service: try text(service), key: try optionalText(key), handler: try text(handler))
    }

    private func pin() throws(StorageError) -> Pin? {
        guard let deployment = try deployment(.pinnedDeployment) else { return nil }
        return Pin(deployment: deployment, protocolVersion: int(.pinnedProtocolVersion))
    }

    private func attempt() throws(StorageError) -> AttemptColumns {
        var attempt = AttemptColumns()
        attempt.retryCount = int(.retryCount)
        attempt.retriesSinceLastEntry = int(.retriesSinceLastEntry)
        attempt.lastStartAt = optionalTime(.lastStartAt)
        attempt.nextRetryAt = optionalTime(.nextRetryAt)
        attempt.lastDeployment = try deployment(.lastDeployment)
        attempt.lastServer = try optionalText(.lastServer)
        guard let code = statement.optionalInt(InvocationColumn.failureCode.rawValue) else { return attempt }
        attempt.lastFailure = AttemptFailureRecord(
            code: code,
            documentedCode: try text(.failureDocumentedCode),
            message: try text(.failureMessage),
            stacktrace: try optionalText(.failureStacktrace),
            relatedCommandIndex: statement.optionalInt(InvocationColumn.failureCommandIndex.rawValue),
            relatedCommandName: try optionalText(.failureCommandName),
            relatedCommandType: statement.optionalInt(InvocationColumn.failureCommandType.rawValue)
        )
        return attempt
    }

    // MARK: Columns

    private func int(_ column: InvocationColumn) -> Int {
        statement.int(column.rawValue)
    }

    private func time(_ column: InvocationColumn) -> Timestamp {
        statement.time(column.rawValue)
    }

    private func optionalTime(_ column: InvocationColumn) -> Timestamp? {
        statement.optionalTime(column.rawValue)
    }

    private func text(_ column: InvocationColumn) throws(StorageError) -> String {
        guard let text = statement.text(column.rawValue) else { throw undecodable(column) }
        return text
    }

    private func optionalText(_ column: InvocationColumn) throws(StorageError) -> String? {
        statement.isNull(column.rawValue) ? nil : try text(column)
    }

    private func deployment(_ column: InvocationColumn) throws(StorageError) -> DeploymentID? {
        guard !statement.isNull(column.rawValue) else { return nil }
        guard let id = statement.deploymentID(column.rawValue) else { throw undecodable(column) }
        return id
    }

    private func decodeBytes<T>(
        _ column: InvocationColumn,
        _ decode: ([UInt8]) throws(PayloadProblem) -> T
    ) throws(StorageError) -> T? {
        guard !statement.isNull(column.rawValue) else { return nil }
        do throws(PayloadProblem) {
            return try decode(statement.blob(column.rawValue))
        } catch {
            throw undecodable(column)
        }
    }

    private func undecodable(_ column: InvocationColumn) -> StorageError {
        .undecodable("invocations", "\(statement.integer(InvocationColumn.number.rawValue))", column.sqlName)
    }
}
