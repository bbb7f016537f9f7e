import DurableModel
import Engine
import ServiceProtocol

// An invocation's values to the parameters of `InvocationColumn`. Every parameter of a statement is bound each time, so
// that nothing of the row before is left.

extension Statement {
    private func bind(_ column: InvocationColumn, _ value: Int) {
        bind(column.parameter, value)
    }

    private func bind(_ column: InvocationColumn, _ value: Int?) {
        bind(column.parameter, value)
    }

    private func bind(_ column: InvocationColumn, _ value: Timestamp) {
        bind(column.parameter, value)
    }

    private func bind(_ column: InvocationColumn, _ value: Timestamp?) {
        bind(column.parameter, value)
    }

    private func bind(_ column: InvocationColumn, _ value: String?) {
        bind(column.parameter, value)
    }

    private func bind(_ column: InvocationColumn, _ value: DeploymentID?) {
        bind(column.parameter, value)
    }

    private func bind(_ column: InvocationColumn, _ value: Awaiting?) {
        if let value { bind(column.parameter, copying: value.encode()) } else { bindNull(column.parameter) }
    }

    /// The columns that never change.
    func bind(_ head: InvocationHead) {
        bind(InvocationColumn.number.parameter, head.number)
        bind(InvocationColumn.id.parameter, head.id)
        bind(.isDerived, head.hasDerivedID ? 1 : 0)
        bind(InvocationColumn.service.parameter, head.target.service)
        bind(.key, head.target.key)
        bind(InvocationColumn.handler.parameter, head.target.handler)
        bind(.serviceType, head.serviceType.stored)
        bind(.handlerType, head.handlerType.stored)
        bind(.idempotencyKey, head.idempotencyKey)
        bind(head.invoker)
        bind(.createdAt, head.createdAt)
        bind(InvocationColumn.completionRetention.parameter, head.completionRetention.milliseconds)
        bind(InvocationColumn.journalRetention.parameter, head.journalRetention.milliseconds)
        bind(InvocationColumn.inheritedSeed.parameter, head.inheritedSeed.map { Int64(bitPattern: $0) })
    }

    private func bind(_ invoker: Invoker) {
        bindNull(InvocationColumn.restartedFrom.parameter)
        switch invoker {
        case .ingress:
            bindNoCaller()
        case .restart(let origin):
            bindNoCaller()
            bind(InvocationColumn.restartedFrom.parameter, origin)
        case .service(let caller, let id, let target, let completionID):
            bind(InvocationColumn.caller.parameter, caller)
            bind(InvocationColumn.callerID.parameter, id)
            bind(InvocationColumn.callerService.parameter, target.service)
            bind(.callerKey, target.key)
            bind(InvocationColumn.callerHandler.parameter, target.handler)
            bind(.callerCompletion, completionID.map { Int($0) })
        }
    }

    private func bindNoCaller() {
        for column in InvocationColumn.caller.rawValue...InvocationColumn.callerCompletion.rawValue {
            bindNull(column + 1)
        }
    }

    /// The columns that change, without the output.
    func bindChanging(_ invocation: Invocation) {
        bind(.status, invocation.status.rawValue)
        bind(.pinnedDeployment, invocation.pin?.deployment)
        bind(.pinnedProtocolVersion, invocation.pin?.protocolVersion)
        bind(.modifiedAt, invocation.modifiedAt)
        bind(.inboxedAt, invocation.inboxedAt)
        bind(.scheduledAt, invocation.scheduledAt)
        bind(.scheduledStartAt, invocation.scheduledStartAt)
        bind(.runningAt, invocation.runningAt)
        bind(.completedAt, invocation.completedAt)
        bind(.journalLength, invocation.journalLength)
        bind(.commandCount, invocation.commandCount)
        bind(.journalBytes, invocation.journalBytes)
        bind(.journalIsGone, invocation.journalIsGone ? 1 : 0)
        bind(.lastEntryAt, invocation.lastEntryAt)
        bind(.outputIndex, invocation.outputIndex)
        bind(.expiresAt, invocation.expiresAt)
        bind(InvocationColumn.inboxSequence.parameter, invocation.inboxSequence)
        bind(.pauseRequested, invocation.pauseRequested ? 1 : 0)
        bind(.eventCount, invocation.eventCount)
        bind(.awaiting, invocation.awaiting)
        bind(.awaitingFrom, invocation.awaitingFrom)
        bind(.lastAwaitingOn, invocation.lastAwaitingOn)
        bind(.waitsFor, invocation.waitsFor)
        bind(invocation.attempt)
        bind(invocation.completionFailure)
    }

    private func bind(_ attempt: AttemptColumns) {
        bind(.retryCount, attempt.retryCount)
        bind(.retriesSinceLastEntry, attempt.retriesSinceLastEntry)
        bind(.lastStartAt, attempt.lastStartAt)
        bind(.nextRetryAt, attempt.nextRetryAt)
        bind(.lastDeployment, attempt.lastDeployment)
        bind(.lastServer, attempt.lastServer)
        guard let failure = attempt.lastFailure else {
            for column in InvocationColumn.failureCode.rawValue...InvocationColumn.failureCommandType.rawValue {
                bindNull(column + 1)
            }
            return
        }
        bind(.failureCode, failure.code)
        bind(.failureDocumentedCode, failure.documentedCode)
        bind(.failureMessage, failure.message)
        bind(.failureStacktrace, failure.stacktrace)
        bind(.failureCommandIndex, failure.relatedCommandIndex)
        bind(.failureCommandName, failure.relatedCommandName)
        bind(.failureCommandType, failure.relatedCommandType)
    }

    /// Code and message for SQL, and the whole as it is encoded for those who wait.
    private func bind(_ failure: Failure?) {
        guard let failure else {
            bindNull(InvocationColumn.completionFailureCode.parameter)
            bindNull(InvocationColumn.completionFailureMessage.parameter)
            bindNull(InvocationColumn.completionFailure.parameter)
            return
        }
        bind(.completionFailureCode, Int(failure.code))
        bind(.completionFailureMessage, failure.message)
        bind(InvocationColumn.completionFailure.parameter, copying: failure.encode())
    }
}
