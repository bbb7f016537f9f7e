/// What an operator may do to an invocation.
package enum OperationName: String, Codable, CaseIterable, Sendable {
    /// Ask it to end itself.
    case cancel
    /// End it and all that it called.
    case kill
    /// Stop it until it is resumed.
    case pause
    /// Let it go on.
    case resume
    /// Remove what is kept of a completed one.
    case purge
    /// Remove the journal of a completed one and keep its result.
    case purgeJournal = "purge-journal"
    /// Make a new invocation of a completed one.
    case restartAsNew = "restart-as-new"
}

/// Does one operation to one invocation.
package enum OperateInvocation: ControlOperation {
    package static let method = ControlMethod.invocationsOperate

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case operation, id, deployment, from }

        package var operation: OperationName
        package var id: String
        /// Where a resumed or restarted one goes on: `keep`, `latest` or the id of a deployment. Default: `keep` for
        /// `resume`, `latest` for `restart-as-new`.
        package var deployment: String?
        /// The index of the last journal entry that `restart-as-new` takes over. Default: 0, only the input.
        package var from: Int

        /// This operation on this invocation.
        package init(operation: OperationName, id: String, deployment: String? = nil, from: Int = 0) {
            self.operation = operation
            self.id = id
            self.deployment = deployment
            self.from = from
        }

        /// Decodes with the defaults above.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            operation = try container.decode(OperationName.self, forKey: .operation)
            id = try container.decode(String.self, forKey: .id)
            deployment = try container.decodeIfPresent(String.self, forKey: .deployment)
            from = try container.decodeIfPresent(Int.self, forKey: .from) ?? 0
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    /// What it came to.
    package enum Outcome: String, Codable, CaseIterable, Sendable {
        /// The cancellation is on record and takes its course.
        case cancelRequested = "cancel-requested"
        /// It comes to rest first, or was stopped just now.
        case pauseRequested = "pause-requested"
        /// It had not begun and is over without a record.
        case ended
        case killed
        /// Nothing of it ran that could be paused.
        case alreadyPaused = "already-paused"
        case resumed
        case purged
        case journalPurged = "journal-purged"
        /// A new invocation was made of it.
        case restarted
    }

    package struct Result: Codable, Hashable, Sendable {
        package var id: String
        package var outcome: Outcome
        /// The invocation that was made of it.
        package var newId: String?

        /// This outcome for this invocation.
        package init(id: String, outcome: Outcome, newId: String? = nil) {
            self.id = id
            self.outcome = outcome
            self.newId = newId
        }
    }
}
