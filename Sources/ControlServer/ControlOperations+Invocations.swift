import ControlProtocol
import DurableModel
import Operations

extension ControlOperations {
    func listInvocations(
        _ parameters: ListInvocations.Parameters,
        _ reply: ControlReplyHandle
    ) throws(ControlError) {
        if let id = parameters.deploymentId, (try? DeploymentID(parsing: id)) == nil {
            throw ControlError(.badDeploymentID(id))
        }
        invocations(
            where: InvocationQuery.condition(
                parameters,
                unstartable: parameters.isZombie ? operations.unstartable : []
            ),
            limit: parameters.limit
        ) { [self] result in
            switch result {
            case .success(let list): answer(reply, long: list)
            case .failure(let error): answer(reply, error: ControlError(error))
            }
        }
    }

    /// Invocations under a condition of ours.
    func invocations(
        where condition: String,
        limit: Int,
        then: @escaping (Result<ListInvocations.Result, OperationError>) -> Void
    ) {
        collect(InvocationQuery.summaries(where: condition, limit: limit + 1), rowsMax: limit + 1) {
            then(
                $0.map { rows in
                    ListInvocations.Result(
                        invocations: rows.prefix(limit).compactMap { InvocationSummary($0) },
                        isTruncated: rows.count > limit
                    )
                }
            )
        }
    }

    func describeInvocation(_ id: String, _ reply: ControlReplyHandle) {
        guard (try? InvocationID(parsing: id)) != nil else {
            return answer(reply, error: ControlError(.badInvocationID(id)))
        }
        collect(InvocationQuery.details(of: id), rowsMax: 1) { [self] result in
            switch result {
            case .failure(let error): answer(reply, error: ControlError(error))
            case .success(let rows):
                guard let row = rows.first, let details = InvocationDetails(row) else {
                    return answer(
                        reply,
                        error: ControlError(.invocationNotFound, "invocation '\(id)' not found")
                    )
                }
                describe(details, reply)
            }
        }
    }

    private func describe(_ details: InvocationDetails, _ reply: ControlReplyHandle) {
        collect(InvocationQuery.journal(of: details.id), rowsMax: InvocationQuery.journalRowsMax) { [self] result in
            switch result {
            case .failure(let error): answer(reply, error: ControlError(error))
            case .success(let rows):
                var details = details
                details.journal = rows.compactMap { JournalEntrySummary($0) }
                answer(reply, long: details)
            }
        }
    }

    func query(_ parameters: RunQuery.Parameters, _ reply: ControlReplyHandle) {
        var columns: [QueryColumn] = []
        var rows: [[JSONValue]] = []
        operations.query(parameters.sql, rowsMax: min(parameters.rowsMax, operations.queryRowsMax), format: .values) {
            batch in
            columns = batch.columns ?? columns
            rows.append(contentsOf: batch.rows ?? [])
        } then: { [self] result in
            switch result {
            case .failure(let error): answer(reply, error: ControlError(error))
            case .success(let summary):
                answer(
                    reply,
                    long: RunQuery.Result(columns: columns, rows: rows, isTruncated: summary.isTruncated)
                )
            }
        }
    }

    /// Runs a statement of ours and gives its rows by column name.
    func collect(
        _ sql: String,
        rowsMax: Int,
        then: @escaping (Result<[InvocationQuery.Row], OperationError>) -> Void
    ) {
        var names: [String] = []
        var rows: [InvocationQuery.Row] = []
        operations.query(sql, isOwn: true, rowsMax: rowsMax, format: .values) { batch in
            if let columns = batch.columns { names = columns.map(\.name) }
            for cells in batch.rows ?? [] {
                rows.append(InvocationQuery.Row(Dictionary(zip(names, cells), uniquingKeysWith: { first, _ in first })))
            }
        } then: { result in
            then(result.map { _ in rows })
        }
    }
}
