import DurableModel

/// What an operator may do to one invocation. What comes of each in each state is the table of docs/invocations.md.
package enum InvocationOperation: Sendable, Hashable {
    /// Asks it to end itself; what has not begun is over at once.
    case cancel
    /// Ends it and all that it called.
    case kill
    /// Stops it until it is resumed; an attempt under way is asked to come to rest.
    case pause
    /// Lets it go on.
    case resume(DeploymentChoice)
    /// Removes what is kept of a completed one.
    case purge
    /// Removes the journal of a completed one and keeps its result.
    case purgeJournal
    /// Makes a new invocation of a completed one. `from` is the index of the last journal entry to take over; 0 takes only
    /// the input.
    case restartAsNew(from: Int, DeploymentChoice)

    /// The verb, as paths and commands write it.
    package var name: String {
        switch self {
        case .cancel: "cancel"
        case .kill: "kill"
        case .pause: "pause"
        case .resume: "resume"
        case .purge: "purge"
        case .purgeJournal: "purge-journal"
        case .restartAsNew: "restart-as-new"
        }
    }
}

/// Where an invocation is to go on (registry.md, section 6).
package enum DeploymentChoice: Sendable, Hashable {
    /// Where it is pinned.
    case keep
    /// The latest revision of its service that has the handler.
    case latest
    case explicit(DeploymentID)
}

/// What an operation came to.
package enum OperationOutcome: Sendable, Hashable {
    /// The signal is in the journal; the handler decides.
    case cancelRequested
    /// An attempt is under way and comes to rest first, or was stopped just now.
    case pauseRequested
    /// A cancel found it not begun: it is over and leaves no record.
    case ended
    case killed
    /// Nothing runs that could be paused: it is paused, or suspended and stays so.
    case alreadyPaused
    /// It goes on, or is under way and went on anyway.
    case resumed
    case purged
    case journalPurged
    /// The id of the new invocation.
    case restarted(InvocationID)

    /// Whether the operation was only accepted and is finished later: 202 over HTTP, else 200.
    package var isPending: Bool {
        switch self {
        case .cancelRequested, .pauseRequested: true
        case .ended, .killed, .alreadyPaused, .resumed, .purged, .journalPurged, .restarted: false
        }
    }
}
