import Engine

/// The table of docs/invocations.md as a judge: whether an answer to an act fits a state. Written down apart from the
/// engine, so that one of them is wrong when they differ.
package enum OperationTable {
    package enum Reply: Sendable, Hashable {
        case done(OperationOutcome)
        case refused(OperationRefusal)
    }

    /// `status` is `nil` for what is not there, or not any more.
    package static func allows(_ reply: Reply, to act: OperationKind, in status: InvocationStatus?) -> Bool {
        guard let status else { return reply == .refused(.notFound) }
        switch act {
        case .cancel: return cancel(reply, status)
        case .kill: return reply == (status == .completed ? .refused(.completed) : .done(.killed))
        case .pause: return pause(reply, status)
        case .resume: return resume(reply, status)
        case .resumeElsewhere: return resumeElsewhere(reply, status)
        case .purge: return reply == (status == .completed ? .done(.purged) : .refused(.notCompleted))
        case .purgeJournal: return reply == (status == .completed ? .done(.journalPurged) : .refused(.notCompleted))
        case .restartAsNew: return restart(reply, status)
        }
    }

    private static func cancel(_ reply: Reply, _ status: InvocationStatus) -> Bool {
        switch status {
        case .scheduled, .inboxed: reply == .done(.ended)
        case .completed: reply == .refused(.completed)
        case .ready, .running, .backingOff, .suspended, .paused: reply == .done(.cancelRequested)
        }
    }

    private static func pause(_ reply: Reply, _ status: InvocationStatus) -> Bool {
        switch status {
        case .scheduled, .inboxed, .completed: reply == .refused(.notRunning)
        case .ready, .running, .backingOff: reply == .done(.pauseRequested)
        case .suspended, .paused: reply == .done(.alreadyPaused)
        }
    }

    private static func resume(_ reply: Reply, _ status: InvocationStatus) -> Bool {
        switch status {
        case .scheduled, .inboxed: reply == .refused(.notStarted)
        case .completed: reply == .refused(.isCompleted)
        case .ready, .running, .backingOff, .suspended, .paused: reply == .done(.resumed)
        }
    }

    private static func resumeElsewhere(_ reply: Reply, _ status: InvocationStatus) -> Bool {
        switch status {
        case .scheduled, .inboxed: return reply == .refused(.notStarted)
        case .completed: return reply == .refused(.isCompleted)
        case .ready, .running: return reply == .refused(.runningOrUnpinned)
        case .backingOff, .suspended, .paused:
            // Whether the deployment that is chosen will do is not for the state to say.
            return reply == .done(.resumed) || reply == .refused(.runningOrUnpinned) || isAboutDeployment(reply)
        }
    }

    private static func restart(_ reply: Reply, _ status: InvocationStatus) -> Bool {
        switch status {
        case .scheduled, .inboxed: return reply == .refused(.notStarted)
        case .ready, .running, .backingOff, .suspended, .paused: return reply == .refused(.stillRunning)
        case .completed:
            switch reply {
            case .done(.restarted): return true
            case .refused(.inputGone), .refused(.workflow), .refused(.prefixUnsupported), .refused(.prefixOpen),
                .refused(.tooLarge):
                return true
            default: return isAboutDeployment(reply)
            }
        }
    }

    private static func isAboutDeployment(_ reply: Reply) -> Bool {
        switch reply {
        case .refused(.deploymentUnknown), .refused(.protocolVersion), .refused(.handlerMissing): true
        default: false
        }
    }
}
