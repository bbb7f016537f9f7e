import ControlProtocol
import DurableModel
import Runtime

/// A row of an answer, by the name of its column.
struct NamedRow {
    private let cells: [String: JSONValue]

    init(columns: [String], _ cells: [JSONValue]) {
        self.cells = Dictionary(zip(columns, cells), uniquingKeysWith: { first, _ in first })
    }

    func text(_ name: String) -> String? {
        if case .string(let text) = cells[name] { text } else { nil }
    }

    func number(_ name: String) -> Int? {
        if case .integer(let number) = cells[name] { Int(clamping: number) } else { nil }
    }

    func flag(_ name: String) -> Bool {
        switch cells[name] {
        case .bool(let flag): flag
        case .integer(let number): number != 0
        default: false
        }
    }
}

extension Operations {
    /// The most rows that a caller's statement may give.
    package var queryRowsMax: Int { queries.limits.rowsMax }

    /// Takes up changed limits.
    package func reload(_ limits: QueryLimits) { queries.limits = limits }

    /// Runs a read-only statement over the public views, in a process of its own. With `rowsMax` the rows end there;
    /// without it an answer of more than `queryRowsMax` rows is an error after those. One of our own, behind a list or a
    /// description, does not wait for those of callers.
    package func query(
        _ sql: String,
        isOwn: Bool = false,
        rowsMax: Int?,
        format: QueryWorker.Format,
        onBatch: @escaping (QueryWorker.Batch) -> Void,
        then: @escaping (Result<QueryWorker.Summary, OperationError>) -> Void
    ) {
        let allowed = queryRowsMax
        queries.run(sql: sql, isOwn: isOwn, rowsMax: rowsMax ?? allowed, format: format, onBatch: onBatch) { result in
            if rowsMax == nil, case .success(let summary) = result, summary.isTruncated {
                return then(.failure(.query(.tooManyRows(max: allowed))))
            }
            then(result.mapError { .query($0) })
        }
    }

    /// All rows of a statement of our own.
    func rows(_ sql: String, then: @escaping (Result<[NamedRow], OperationError>) -> Void) {
        var columns: [String] = []
        var rows: [NamedRow] = []
        queries.run(sql: sql, isOwn: true, rowsMax: nil, format: .values) { batch in
            if let named = batch.columns { columns = named.map(\.name) }
            rows += (batch.rows ?? []).map { NamedRow(columns: columns, $0) }
        } then: { result in
            then(result.map { _ in rows }.mapError { .query($0) })
        }
    }

    /// A text as a literal of SQL.
    package static func quoted(_ text: String) -> String { "'" + text.escaping("'", as: "''") + "'" }
}
