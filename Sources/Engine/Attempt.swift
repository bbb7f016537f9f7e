import DurableModel

/// A running attempt, as the core sees it.
///
/// The states of its stream: input open (bidirectional only) → input ended by inactivity → cut by the abort timeout; a
/// request/response attempt begins in the second. Every message in either direction starts the wait of its state again.
package struct Attempt: Sendable, Hashable {
    package enum Stream: Sendable, Hashable {
        /// Notifications can be sent.
        case inputOpen
        /// The service was told to suspend, or never had an open input.
        case inputEnded
    }

    /// Whether the service only waits for something from outside of it: a timer, a call, a signal.
    package enum Wait: Sendable, Hashable {
        /// It may be at work.
        case none
        /// Its last word opened a wait: it may go on beside it, but most do not.
        case likely
        /// It has said so (V7).
        case declared
    }

    package let id: AttemptID
    package let invocation: InvocationNumber
    package let protocolVersion: Int
    package var stream: Stream
    package let inactivityTimeout: Interval
    package let abortTimeout: Interval
    /// How old the last entry of the journal was when the attempt began, whatever failed since: the SDK measures the retries
    /// of a step by it.
    package let sinceLastEntry: Interval
    /// How many entries the journal had when the attempt began.
    package let entriesAtStart: Int
    /// The highest completion id that commands of this attempt made, or that its journal was seen to have.
    package var completionIDMax: UInt32 = 0
    /// When the last message went or came.
    package var lastActivityAt: Timestamp
    package private(set) var wait = Wait.none
    /// When the last message went.
    private var lastSentAt: Timestamp?

    package init(
        id: AttemptID,
        invocation: InvocationNumber,
        protocolVersion: Int,
        stream: Stream,
        inactivityTimeout: Interval,
        abortTimeout: Interval,
        startedAt: Timestamp,
        sinceLastEntry: Interval,
        entriesAtStart: Int
    ) {
        self.id = id
        self.invocation = invocation
        self.protocolVersion = protocolVersion
        self.stream = stream
        self.inactivityTimeout = inactivityTimeout
        self.abortTimeout = abortTimeout
        self.lastActivityAt = startedAt
        self.sinceLastEntry = sinceLastEntry
        self.entriesAtStart = entriesAtStart
    }

    /// When the attempt has been silent for too long, if nothing happens until then.
    package var deadline: Timestamp {
        switch stream {
        case .inputOpen: lastActivityAt.adding(inactivityTimeout)
        case .inputEnded: lastActivityAt.adding(abortTimeout)
        }
    }

    /// A message goes to the service at `now`: it may go on with it.
    mutating func sent(at now: Timestamp) {
        lastActivityAt = now
        lastSentAt = now
        wait = .none
    }

    /// The service has said something that opens a wait, or does not.
    mutating func said(opensWait: Bool) { wait = opensWait ? .likely : .none }

    /// The service has said at `now` that it waits. What is on its way to it by then it did not know.
    mutating func declaredWait(at now: Timestamp) { wait = lastSentAt == now ? .likely : .declared }

    /// Whether it may be asked for its place when places are short.
    package func mayYield(at now: Timestamp, _ hold: PlaceHold) -> Bool {
        guard stream == .inputOpen else { return false }
        switch wait {
        case .none: return now.since(lastActivityAt) >= hold.atWork
        case .likely: return now.since(lastActivityAt) >= hold.waiting
        case .declared: return true
        }
    }

    /// Ends the input before its time, for others that wait for the place. The abort timeout runs from when the silence
    /// would have ended it.
    mutating func endInputEarly() {
        stream = .inputEnded
        lastActivityAt = lastActivityAt.adding(inactivityTimeout)
    }

    package enum OnDeadline: Sendable, Hashable {
        /// Something happened meanwhile: look again then.
        case wait(until: Timestamp)
        case endInput
        case abort
    }

    /// What the passing of its deadline means at `now`.
    package mutating func deadlinePassed(at now: Timestamp) -> OnDeadline {
        if deadline > now { return .wait(until: deadline) }
        switch stream {
        case .inputOpen:
            stream = .inputEnded
            lastActivityAt = now
            return .endInput
        case .inputEnded:
            return .abort
        }
    }
}

/// An invocation with its attempt: what the partition keeps in memory of work that is under way.
package struct RunningInvocation: Sendable {
    package var invocation: Invocation
    package var attempt: Attempt

    package init(invocation: Invocation, attempt: Attempt) {
        self.invocation = invocation
        self.attempt = attempt
    }
}

/// After how long a silence an attempt is asked for its place, when others that can work wait for one. What has declared that
/// it waits is asked at once.
package struct PlaceHold: Sendable, Hashable {
    /// It most likely waits by then, whatever it said last.
    package var atWork = Interval(milliseconds: 250)
    /// Of one whose last word opened a wait: long enough for what is done beside it to be heard of.
    package var waiting = Interval(milliseconds: 25)

    package init() {}
}
