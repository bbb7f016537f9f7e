/// How the value of a private column becomes that of a public one.
enum ColumnForm: Sendable {
    /// As it is.
    case plain
    /// 24 bytes to `inv_1…`.
    case invocationID
    /// 16 bytes to `dp_1…`.
    case deploymentID
    /// The first 8 of an invocation id's 24 bytes as a number.
    case partitionKey
    /// The key of an object or workflow to the same number that its invocations' ids begin with.
    case partitionKeyOfKey
    /// A payload, put together from its chunks if it lies in them.
    case payload
    /// A payload as text; NULL when it is no UTF-8.
    case payloadText
    /// Bytes as text, what is no UTF-8 replaced.
    case lossyText
    /// A message type code to `Command: Run`.
    case entryType
    /// A message type code to `Run`.
    case commandType
    /// The name and the short JSON of a journal entry, from its payload; the type is in the column after it, and then the
    /// invocation's number.
    case entryName
    case entryLiteJSON
    /// With the payloads, unless those are long.
    case entryJSON
    /// The parts of an encoded await.
    case awaitedCompletions
    case awaitedSignals
    case awaitedTree

    /// Whether the form needs the message type beside the value.
    var needsEntryType: Bool {
        switch self {
        case .entryName, .entryLiteJSON, .entryJSON: true
        default: false
        }
    }
}

/// How an equality on a public column narrows the rows that are read.
enum ColumnSearch: Sendable {
    /// The private value is the public one.
    case plain
    /// Finds the row of the invocation by its id: by the number in it, or by the index on derived ids.
    case invocationID
    /// Compares the bytes of the id.
    case deploymentID
    /// The states that have that name; also answers `!= 'completed'` from the index of what is unfinished.
    case status([String: [Int]])
}

/// A column of a public table.
struct PublicColumn: Sendable {
    let name: String
    let type: ColumnType
    /// An SQL expression over the table's source.
    let source: String
    let form: ColumnForm
    let search: ColumnSearch?
    /// Whether its values never go back from one invocation's number to the next: rows can be read in its order.
    let followsNumber: Bool

    init(
        _ name: String,
        _ type: ColumnType,
        _ source: String,
        _ form: ColumnForm = .plain,
        search: ColumnSearch? = nil,
        followsNumber: Bool = false
    ) {
        self.name = name
        self.type = type
        self.source = source
        self.search = search
        self.followsNumber = followsNumber
        self.form = form
    }

    /// A column that has no value yet.
    static func absent(_ name: String, _ type: ColumnType) -> PublicColumn {
        PublicColumn(name, type, "NULL", .plain)
    }
}

/// A table that SQL may see: its columns, and where their values come from.
struct PublicTable: Sendable {
    let name: String
    let columns: [PublicColumn]
    /// What stands after FROM. `NOW` in it and in `condition` is the time of the query in milliseconds, `ONLY` the
    /// place for a condition on `i.number`, the invocation's number.
    let source: String
    /// What stands after WHERE.
    let condition: String
    /// Expressions over the source that together tell one row from all others, however the rows are narrowed.
    let identity: [String]
    /// About how many rows there are, for the planner: what grows without bound or not.
    let isLarge: Bool

    init(
        _ name: String,
        source: String,
        condition: String = "1",
        identity: [String],
        isLarge: Bool = true,
        columns: [PublicColumn]
    ) {
        self.name = name
        self.source = source
        self.condition = condition
        self.identity = identity
        self.isLarge = isLarge
        self.columns = columns
    }

    /// The statement that tells SQLite what the columns are.
    var declaration: String {
        let list = columns.map { "\"\($0.name)\" \($0.type.declaration)" }.joined(separator: ", ")
        return "CREATE TABLE x(\(list))"
    }

    /// Whether a column never is NULL.
    func alwaysHas(_ column: PublicColumn) -> Bool {
        name == Self.sysInvocation.name && column.name == "status"
    }

    /// Every table, in alphabetic order.
    static let all = [
        state, sysDeployment, sysInbox, sysInvocation, sysInvocationState, sysInvocationStatus, sysJournal,
        sysJournalEvents, sysKeyedServiceStatus, sysPromise, sysRules, sysService,
    ]
}
