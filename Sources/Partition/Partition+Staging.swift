import DurableModel
import Engine
import ServiceProtocol

/// How commands that write much are spread over turns: their long payloads go first, in pieces, and the turn that decides
/// only takes them over.
extension Partition {
    /// Lets a command wait for the next turn, or for that after its long payloads are written.
    package mutating func submit(_ command: EngineCommand, from source: CommandSource) {
        let queued = QueuedCommand(command: command, source: source)
        if !staging.isEmpty, staging.hold(queued) { return }
        if mayWriteMuch(command) {
            let payloads = longPayloads(of: command)
            if !payloads.isEmpty { return staging.insert(queued, payloads: payloads) }
        }
        notePatience(of: command)
        queue.append(queued)
    }

    /// Whether anything that a source sent waits for a turn.
    package func holds(_ source: CommandSource) -> Bool { staging.holds(source) || queue.holds(source) }

    /// About how many bytes of memory wait for turns.
    package var bytesHeld: Int { queue.bytes + staging.bytes }

    /// Whether a payload is being written ahead of its command, or is to be removed.
    package func isStaging(_ payload: StagedPayloadID) -> Bool { staging.knows(payload) }

    /// Whether a command brings a long payload, or ends an invocation whose result may be one and belongs into other journals.
    private func mayWriteMuch(_ command: EngineCommand) -> Bool {
        if command.hasPayload(longerThan: limits.stagedPayloadBytes) { return true }
        guard case .attempt(let attempt, .received(let frames)) = command,
            frames.last?.type == MessageType.end.rawValue, let number = memory.work.numberOfAttempt[attempt],
            let bytes = memory.work.running[number]?.invocation.journalBytes
        else { return false }
        return bytes > limits.stagedPayloadBytes
    }

    /// What a command would write now. Deciding changes nothing, so it is simply tried; should it write something else when
    /// it is decided, it writes that then, and what was staged goes.
    private func longPayloads(of command: EngineCommand) -> [[UInt8]] {
        guard isHeard(command) else { return [] }
        var trial = Engine(memory: memory, storage: storage, now: clock)
        guard (try? trial.apply(command)) != nil else { return [] }
        return trial.writes.payloads(longerThan: limits.stagedPayloadBytes)
    }

    // MARK: What became of them

    /// Takes over what a committed turn wrote ahead, and what it decided.
    mutating func settleStaging(_ batch: TurnBatch) {
        for queued in staging.wrote(batch.stagedPieces, pieceBytes: limits.stagedPieceBytes) { queue.append(queued) }
        staging.forget(batch.abandonedPayloads)
        for queued in batch.commands where !queued.staged.isEmpty { release(queued.source) }
    }

    /// A command will not be decided: what is written of it goes, and what followed it goes on.
    mutating func giveUp(_ queued: QueuedCommand) {
        guard !queued.staged.isEmpty else { return }
        staging.abandon(queued.staged)
        release(queued.source)
    }

    private mutating func release(_ source: CommandSource) {
        for follower in staging.release(source) { submit(follower.command, from: source) }
    }

    /// Answers those who wait for commands that are not decided yet and that `isMeant` names, and gives those up.
    mutating func turnAway(_ answer: Answer, where isMeant: (EngineCommand) -> Bool) -> [Action] {
        guard !staging.isEmpty else { return [] }
        let (unwritten, followers) = staging.take(where: isMeant)
        for queued in unwritten { giveUp(queued) }
        return (unwritten + followers).compactMap { queued in
            queued.command.request.map { .answer($0, answer) }
        }
    }
}

extension EngineCommand {
    /// Whether it asks for what is not under way yet: refused while the disk is full.
    var isNewWork: Bool {
        switch self {
        case .invoke, .register: true
        case .attach, .fetchOutput, .completeAwakeable, .forget, .attempt, .opened, .removeDeployment: false
        case .operate(.restartAsNew, _, _, _): true
        // What only removes makes room.
        case .patchState(let patch, _, _): !patch.newState.isEmpty
        case .operateBulk(let step, _, _): step.makesNewWork
        case .operate: false
        // What puts work right or makes room must pass.
        case .catalog: false
        }
    }
}
