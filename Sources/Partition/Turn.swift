import DurableModel
import Engine

/// What a turn takes on. Kept until the turn is committed, so that it can be taken on again piece by piece.
struct TurnBatch {
    var commands: [QueuedCommand] = []
    var timers: [InvocationTimer] = []
    var deadlines: [AttemptID] = []
    /// Attempts that are to give up their places.
    var yields: [AttemptID] = []
    var outbox: [OutboxItem] = []
    var expired: [InvocationNumber] = []
    /// What is written ahead of commands of later turns. Gathered anew when the turn does not happen.
    var stagedPieces: [QueuedPiece] = []
    /// What was written ahead for nothing.
    var abandonedPayloads: [StagedPayloadID] = []
    /// What could not be begun, of batches that are put off.
    var ready: [InvocationNumber] = []
    /// How many attempts of ready work are begun at most.
    var startsMax: Int

    /// Whether anything is written ahead or taken back.
    var stages: Bool { !stagedPieces.isEmpty || !abandonedPayloads.isEmpty }

    /// Adds what another batch holds, behind what is here.
    mutating func append(_ other: TurnBatch) {
        commands += other.commands
        timers += other.timers
        deadlines += other.deadlines
        yields += other.yields
        outbox += other.outbox
        expired += other.expired
    }

    /// The batch in pieces of one, in the same order: what cannot be carried out alone is then known.
    var pieces: [TurnBatch] {
        func piece(_ change: (inout TurnBatch) -> Void) -> TurnBatch {
            var piece = TurnBatch(startsMax: 0)
            change(&piece)
            return piece
        }
        return timers.map { timer in piece { $0.timers = [timer] } }
            + commands.map { command in piece { $0.commands = [command] } }
            + deadlines.map { deadline in piece { $0.deadlines = [deadline] } }
            + yields.map { attempt in piece { $0.yields = [attempt] } }
            + outbox.map { item in piece { $0.outbox = [item] } }
            + expired.map { number in piece { $0.expired = [number] } }
            + stagedPieces.map { staged in piece { $0.stagedPieces = [staged] } }
            + abandonedPayloads.map { payload in piece { $0.abandonedPayloads = [payload] } }
    }
}

/// A turn that is decided and not committed: nothing of it is true yet.
struct PreparedTurn: ~Copyable {
    var engine: Engine
    let batch: TurnBatch
    /// Attempts whose deadline moved, with the new one.
    var deadlines: [(due: Timestamp, attempt: AttemptID)]
    /// Whether some of the outbox was too much for the turn and is still there.
    var outboxIsLeft: Bool
    /// Whether some of what has expired was too much for the turn and is still there.
    var expiryIsLeft: Bool
    /// How many of the ready queue were looked at.
    var readyTaken: Int
    /// How many of those that became ready in this turn were begun in it.
    var becameReadyTaken: Int

    /// Makes the turn true. The only way to a `CommittedTurn`, and so to its actions.
    consuming func commit(to storage: any EngineStorage) throws(StorageError) -> CommittedTurn {
        if !engine.writes.isEmpty { try storage.commit(engine.writes) }
        return CommittedTurn(self)
    }
}

/// A turn that is on disk. Actions exist only as the result of a commit: this is the proof of one.
struct CommittedTurn: ~Copyable {
    let turn: PreparedTurn

    fileprivate init(_ turn: consuming PreparedTurn) {
        self.turn = turn
    }
}
