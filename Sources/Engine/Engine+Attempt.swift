import DurableModel
import Registry
import ServiceProtocol

/// Beginning attempts and taking in what they report.
extension Engine {
    /// Begins an attempt of a ready invocation, in the turn that pins it. False if there was nothing to begin.
    ///
    /// Called at the end of a turn, when every command is applied: what follows the commit reads the journal as it is then.
    package mutating func startAttempt(of number: InvocationNumber) throws(StorageError) -> Bool {
        guard let current = try peek(number), isStartable(current), try load(number) else { return false }
        if pauseIfRequested(number) { return false }
        if current.status == .running {
            // The attempt that the end of the daemon cut off is not counted.
            modify(number) { $0.attempt.retryCount = max(0, $0.attempt.retryCount - 1) }
        }
        guard let invocation = writes.invocations[number]?.invocation else { return false }
        let target = invocation.head.target
        let deployment: Deployment
        var pin = invocation.pin
        if let pin {
            guard let pinned = memory.catalog.deployment(pin.deployment) else {
                try failAttempt(of: number, .deploymentRemoved(pin.deployment))
                return false
            }
            deployment = pinned
        } else {
            guard let route = try? memory.catalog.resolveForStart(service: target.service, handler: target.handler),
                let latest = memory.catalog.deployment(route.deployment)
            else {
                try failAttempt(of: number, .noDeployment(target))
                return false
            }
            deployment = latest
            pin = latest.protocolVersion(for: memory.settings).map {
                Pin(deployment: latest.id, protocolVersion: $0)
            }
        }
        guard let pin, deployment.protocolVersions.contains(pin.protocolVersion),
            pin.protocolVersion <= memory.settings.protocolVersionMax,
            pin.protocolVersion >= Settings.protocolVersionMin
        else {
            try failAttempt(
                of: number,
                .protocolVersion(pinned: pin?.protocolVersion, offered: deployment.protocolVersions)
            )
            return false
        }
        begin(number, pin: pin, deployment: deployment)
        return true
    }

    /// Whether an attempt may begin: of what is ready, and of what was running when the daemon last ended.
    private func isStartable(_ invocation: Invocation) -> Bool {
        switch invocation.status {
        case .ready: true
        case .running: attempt(of: invocation.number) == nil
        case .scheduled, .inboxed, .backingOff, .suspended, .paused, .completed: false
        }
    }

    private mutating func begin(_ number: InvocationNumber, pin: Pin, deployment: Deployment) {
        guard let invocation = writes.invocations[number]?.invocation else { return }
        let now = now
        modifyCounted(number) {
            $0.pin = pin
            $0.status = .running
            $0.modifiedAt = now
            $0.runningAt = $0.runningAt ?? now
            $0.attempt.retryCount += 1
            $0.lastAwaitingOn = nil
            $0.attempt.lastStartAt = now
            $0.attempt.lastDeployment = deployment.id
        }
        let options = options(of: invocation.head, on: deployment)
        let isOpen = deployment.mode == .bidiStream && options.inactivityTimeout > .zero
        attempts[number] = Attempt(
            id: AttemptID(rawValue: memory.nextAttempt),
            invocation: number,
            protocolVersion: pin.protocolVersion,
            stream: isOpen ? .inputOpen : .inputEnded,
            inactivityTimeout: options.inactivityTimeout,
            abortTimeout: options.abortTimeout,
            startedAt: now,
            sinceLastEntry: now.since(invocation.lastEntryAt ?? invocation.runningAt ?? now),
            entriesAtStart: invocation.journalLength
        )
        memory.nextAttempt += 1
        started.append(number)
    }

    /// The options of a handler as the deployment that runs it has them; the settings' where the handler is gone.
    func options(of head: InvocationHead, on deployment: Deployment?) -> EffectiveOptions {
        memory.catalog.effectiveOptions(
            on: deployment?.id,
            service: head.target.service,
            handler: head.target.handler,
            settings: memory.settings
        )
    }

    /// The attempt of an invocation as it is at this point of the turn.
    func attempt(of number: InvocationNumber) -> Attempt? {
        if let changed = attempts[number] { return changed }
        return memory.work.running[number]?.attempt
    }

    /// Whether the attempt of a loaded invocation has brought it on: something was stored since it began, by the service or
    /// for it. An attempt that has not would do the same again, and must not begin again at once.
    func attemptHasProgressed(of number: InvocationNumber) -> Bool {
        guard let attempt = attempt(of: number), let invocation = writes.invocations[number]?.invocation else {
            return false
        }
        return invocation.journalLength > attempt.entriesAtStart
    }

    /// Takes in what the transport of an attempt reports. An attempt that is over is not listened to.
    mutating func attemptReported(_ event: AttemptEvent, by id: AttemptID) throws(StorageError) {
        guard let number = memory.work.numberOfAttempt[id], var attempt = attempt(of: number), attempt.id == id,
            try load(number)
        else { return }
        attempt.lastActivityAt = now
        attempts[number] = attempt
        switch event {
        case .responded(let server):
            modify(number) { $0.attempt.lastServer = server ?? $0.attempt.lastServer }
        case .received(let frames):
            for frame in frames {
                guard try receive(frame, of: number, by: attempt) else { return }
            }
        case .ended:
            try failAttempt(of: number, .endedEarly)
        case .failed(let failure):
            try failAttempt(of: number, .transport(failure))
        }
    }

    /// Lets an attempt begin whose opening was read meanwhile, if it is still to.
    mutating func opened(_ order: AttemptOrder) throws(StorageError) {
        guard let number = memory.work.numberOfAttempt[order.attempt], attempt(of: number)?.id == order.attempt
        else { return }
        guard memory.catalog.deployment(order.deployment) != nil else {
            guard try load(number) else { return }
            return try failAttempt(of: number, .deploymentRemoved(order.deployment))
        }
        actions.append(.start(order))
    }

    /// Why the journal has no room for what the message would store. What completes commands is always stored.
    private func overflow(of message: ServiceMessage, frame: MessageFrame, in number: InvocationNumber)
        -> AttemptFailure?
    {
        switch message {
        case .command, .proposeRunCompletion: break
        case .awaitingOn, .suspension, .error, .end: return nil
        }
        guard let invocation = writes.invocations[number]?.invocation else { return nil }
        let limit = memory.settings.journalBytesMax
        let entries = (invocation.journalLength + 1) * Settings.journalEntryBytes
        let isTooLarge = invocation.journalBytes + frame.payload.count + entries > limit
        return isTooLarge ? .journalTooLarge(entries: invocation.journalLength, bytesMax: limit) : nil
    }

    /// Takes in one message; false once the attempt is over.
    private mutating func receive(
        _ frame: MessageFrame,
        of number: InvocationNumber,
        by attempt: Attempt
    ) throws(StorageError) -> Bool {
        defer { commandInHand = nil }
        let message: ServiceMessage
        do {
            message = try ServiceMessage.decode(frame, version: attempt.protocolVersion)
        } catch {
            takeInHand(frame, nil, of: number)
            if error.isAwaitTooDeep {
                try pauseForDepth(number)
            } else {
                try failAttempt(of: number, .violation(error.violationText))
            }
            return false
        }
        if let failure = overflow(of: message, frame: frame, in: number) { return try fail(number, failure) }
        switch message {
        case .command(let command):
            takeInHand(frame, command.name, of: number)
            guard try perform(command, frame: frame, of: number) else { return false }
            noteCompletionIDs(of: command, for: number)
            modifyAttempt(of: number) { $0.said(opensWait: command.opensWait) }
            return true
        case .proposeRunCompletion(let completionID, let result, let requestedAck):
            return try recordRun(completionID, result, acknowledges: requestedAck, of: number, by: attempt)
        case .awaitingOn(let awaiting, let executesSideEffects):
            guard try noteAwaiting(awaiting, of: number) else { return false }
            let now = now
            modifyAttempt(of: number) {
                if executesSideEffects { $0.said(opensWait: false) } else { $0.declaredWait(at: now) }
            }
            return true
        case .suspension(let awaiting):
            try suspend(number, awaiting: awaiting)
        case .error(let error):
            try failAttempt(of: number, .reported(error))
        case .end:
            try end(number)
        }
        return false
    }

    private mutating func takeInHand(_ frame: MessageFrame, _ name: String?, of number: InvocationNumber) {
        guard MessageType(rawValue: frame.type).isCommand, let invocation = writes.invocations[number]?.invocation
        else { return }
        commandInHand = CommandPlace(
            invocation: number,
            index: invocation.commandCount,
            name: name,
            type: frame.type
        )
    }

    private mutating func modifyAttempt(of number: InvocationNumber, _ change: (inout Attempt) -> Void) {
        guard var attempt = attempt(of: number) else { return }
        change(&attempt)
        attempts[number] = attempt
    }

    /// Ends the attempt of an invocation, if there is one, in the way `action` says.
    mutating func endAttempt(of number: InvocationNumber, by action: (AttemptID) -> Action) {
        guard let attempt = attempt(of: number) else { return }
        attempts[number] = .some(nil)
        actions.append(action(attempt.id))
    }

    /// Has an attempt that has been silent for long enough, or has declared to wait, give up its place, if what it does lets
    /// it: a service whose input has ended suspends where it would wait.
    package mutating func yieldPlace(of id: AttemptID, _ hold: PlaceHold) throws(StorageError) {
        guard let number = memory.work.numberOfAttempt[id], var attempt = attempt(of: number), attempt.id == id,
            attempt.mayYield(at: now, hold), try load(number)
        else { return }
        if attempt.wait == .declared, try !onlyWaits(number) {
            attempt.said(opensWait: false)
            attempts[number] = attempt
            return
        }
        attempt.endInputEarly()
        attempts[number] = attempt
        actions.append(.endInput(id))
    }

    /// The deadline of an attempt has come: ends its input, cuts it off, or says when to look again.
    package mutating func deadlinePassed(of id: AttemptID) throws(StorageError) -> Timestamp? {
        guard let number = memory.work.numberOfAttempt[id], var attempt = attempt(of: number), attempt.id == id
        else { return nil }
        if attempt.deadline > now { return attempt.deadline }
        guard try load(number) else { return nil }
        let outcome = attempt.deadlinePassed(at: now)
        attempts[number] = attempt
        switch outcome {
        case .wait(let until):
            return until
        case .endInput:
            actions.append(.endInput(id))
            return attempt.deadline
        case .abort:
            try failAttempt(of: number, .silent(attempt.abortTimeout))
            return nil
        }
    }
}
