import DurableModel
import ServiceProtocol

/// Something that happened to an invocation beside its entries, for those who ask why it stands where it stands.
package struct JournalEvent: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// An attempt failed, and another one follows.
        case transientError(AttemptFailureRecord)
        /// It stopped until an operator resumes it; without a failure an operator stopped it.
        case paused(AttemptFailureRecord?)
        /// It waits for this; noted of services that say how the parts belong together (protocol version 7).
        case suspended(Awaiting)
    }

    /// Counts the events of the invocation from 0.
    package let sequence: Int
    /// The index of the last entry before it.
    package let afterIndex: Int
    package let at: Timestamp
    package let kind: Kind

    package init(sequence: Int, afterIndex: Int, at: Timestamp, kind: Kind) {
        self.sequence = sequence
        self.afterIndex = afterIndex
        self.at = at
        self.kind = kind
    }
}

extension Engine {
    /// How many events an invocation keeps: one that fails for ever must not grow for ever.
    static let eventsMax = 1000

    /// Appends an event, if there is one, to a loaded invocation.
    mutating func appendEvent(_ kind: JournalEvent.Kind?, to number: InvocationNumber) {
        guard let kind, let invocation = writes.invocations[number]?.invocation, invocation.eventCount < Self.eventsMax
        else {
            return
        }
        let event = JournalEvent(
            sequence: invocation.eventCount,
            afterIndex: invocation.journalLength - 1,
            at: now,
            kind: kind
        )
        writes.events[number, default: []].append(event)
        modify(number) { $0.eventCount += 1 }
    }
}
