import DurableModel
import Engine

/// What one turn may take on, so that none lasts long. Numbers: a turn of 1,024 small commands takes some 10 ms.
package struct TurnLimits: Sendable {
    package var commands = 1024
    /// About how many bytes the commands of a turn may write; one command goes whatever it weighs.
    package var commandBytes = 4 << 20
    /// Payloads above this length are written before the turn that decides on their command.
    package var stagedPayloadBytes = 256 << 10
    /// About how many bytes of such payloads a turn writes (measured: some 12 ms)…
    package var stagedBytes = 1 << 20
    /// …in pieces of this length.
    package var stagedPieceBytes = 256 << 10
    /// How long calls wait for company that cannot begin before an attempt under way has ended.
    package var patience = Interval(milliseconds: 2)
    package var timers = 512
    package var expirations = 256
    /// Durable effects taken on; how many kills they may lead to is the engine's bound.
    package var outboxItems = Engine.outboxKillsMax
    /// Effects of one command on other invocations, in its own transaction; the rest goes to the outbox.
    package var inlineEffects = 100
    /// Attempts begun in one turn: each reads a journal after the commit.
    package var starts = 512
    /// Bytes of large openings in memory, from their read until the endpoint has taken them; one goes whatever it weighs.
    package var openingBytes = 64 << 20
    /// After this long an opening that its endpoint does not take no longer holds up other deployments.
    package var openingHold = Interval.seconds(10)
    /// When attempts give their places to others that wait for one.
    package var placeHold = PlaceHold()
    /// Timers kept in memory; twice as many for a while.
    package var timerWindow = 4096
    /// Below so many free bytes on the disk nothing new is accepted: they are for work under way, whose journals, results and
    /// log need some too. Of a small file system it is a twentieth.
    package var reserveBytes: Int64 = 64 << 20
    /// How often expired rows are looked for.
    package var retentionCheck = Interval(milliseconds: 500)
    /// A clock that jumps forward by more than this is not trusted to delete…
    package var clockJump = Interval.seconds(600)
    /// …for this long.
    package var retentionHold = Interval.hours(1)

    package init() {}
}
