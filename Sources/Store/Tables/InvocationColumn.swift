/// The columns of `invocations`: the raw value is the position in a row that is read whole, and one below the number of
/// the parameter that writes it.
enum InvocationColumn: Int32, CaseIterable {
    case number
    case id
    case isDerived
    case service
    case key
    case handler
    case serviceType
    case handlerType
    case idempotencyKey
    case caller
    case callerID
    case callerService
    case callerKey
    case callerHandler
    case callerCompletion
    case restartedFrom
    case inheritedSeed
    case createdAt
    case completionRetention
    case journalRetention
    case status
    case pinnedDeployment
    case pinnedProtocolVersion
    case modifiedAt
    case inboxedAt
    case scheduledAt
    case scheduledStartAt
    case runningAt
    case completedAt
    case journalLength
    case commandCount
    case journalBytes
    case journalIsGone
    case lastEntryAt
    case outputIndex
    case expiresAt
    case inboxSequence
    case pauseRequested
    case eventCount
    case awaiting
    case awaitingFrom
    case lastAwaitingOn
    case waitsFor
    case retryCount
    case retriesSinceLastEntry
    case lastStartAt
    case nextRetryAt
    case lastDeployment
    case lastServer
    case failureCode
    case failureDocumentedCode
    case failureMessage
    case failureStacktrace
    case failureCommandIndex
    case failureCommandName
    case failureCommandType
    case completionFailureCode
    case completionFailureMessage
    case completionFailure
    case input
    case output

    /// Where the columns begin that an update writes.
    static let firstChanging = InvocationColumn.status

    /// The parameter that writes the column.
    var parameter: Int32 { rawValue + 1 }

    /// The name in SQL: the case in small letters with underscores.
    var sqlName: String {
        var name = ""
        var followsCapital = false
        for character in String(describing: self) {
            if character.isUppercase, !followsCapital { name += "_" }
            followsCapital = character.isUppercase
            name += character.lowercased()
        }
        return name
    }

    /// The columns without the payloads, which are read by themselves.
    static let row = allCases.filter { $0 != .input && $0 != .output }

    static let rowSelection = row.map(\.sqlName).joined(separator: ", ")

    static let insertSQL =
        "INSERT INTO invocations (" + allCases.map(\.sqlName).joined(separator: ", ") + ") VALUES ("
        + allCases.map { "?\($0.parameter)" }.joined(separator: ", ") + ")"

    /// An update of the columns that change; of the output only when there is a new one.
    static func updateSQL(withOutput: Bool) -> String {
        let changing = row.filter { $0.rawValue >= firstChanging.rawValue } + (withOutput ? [.output] : [])
        return "UPDATE invocations SET " + changing.map { "\($0.sqlName) = ?\($0.parameter)" }.joined(separator: ", ")
            + " WHERE number = ?\(number.parameter)"
    }
}
