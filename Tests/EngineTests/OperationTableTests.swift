import DurableModel
import Engine
import Simulation
import Testing

/// The table of docs/invocations.md: every operation on every state, with what it is answered and where the invocation is
/// afterwards.
@Suite struct OperationTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var operation: InvocationOperation
        var status: InvocationStatus
        var answer: String
        /// `nil` if no record is left.
        var after: InvocationStatus?

        var testDescription: String { "\(operation) when \(status.name)" }
    }

    private static let completed = "409 The invocation … was already completed."
    private static let notRunning = "409 The invocation … is not running, cannot be paused."
    private static let notStarted = "425 The invocation … is either inboxed or scheduled, cannot be resumed."
    private static let isCompleted = "409 The invocation … is completed, cannot be resumed."
    private static let notPinned =
        "409 The invocation … is still running or the deployment id is not pinned yet, deployment id cannot be changed."
    private static let notCompleted = "409 The invocation … is not yet completed."
    private static let notRunningYet = "425 The invocation … cannot be restarted because it's not running yet."
    private static let stillRunning = "409 The invocation … is still running."

    private static func rows(
        _ operation: InvocationOperation,
        _ cells: [(InvocationStatus, String, InvocationStatus?)]
    ) -> [Row] {
        cells.map { Row(operation: operation, status: $0.0, answer: $0.1, after: $0.2) }
    }

    /// What is answered alike in every state but one.
    private static func rows(
        _ operation: InvocationOperation,
        completed: (String, InvocationStatus?),
        _ others: (InvocationStatus) -> String
    ) -> [Row] {
        InvocationStatus.allCases.map { status in
            guard status == .completed else {
                // What is ready begins in the turn that answers.
                let after: InvocationStatus = status == .ready ? .running : status
                return Row(operation: operation, status: status, answer: others(status), after: after)
            }
            return Row(operation: operation, status: status, answer: completed.0, after: completed.1)
        }
    }

    static let table: [Row] =
        rows(
            .cancel,
            [
                (.scheduled, "ended", nil), (.inboxed, "ended", nil), (.ready, "cancelRequested", .running),
                (.running, "cancelRequested", .running), (.backingOff, "cancelRequested", .running),
                (.suspended, "cancelRequested", .running), (.paused, "cancelRequested", .running),
                (.completed, completed, .completed),
            ]
        )
        + rows(.kill, completed: (completed, .completed)) { _ in "killed" }.map { row in
            var row = row
            let leavesNothing = row.status == .scheduled || row.status == .inboxed
            row.after = leavesNothing ? nil : .completed
            return row
        }
        + rows(
            .pause,
            [
                (.scheduled, notRunning, .scheduled), (.inboxed, notRunning, .inboxed),
                (.ready, "pauseRequested", .paused), (.running, "pauseRequested", .running),
                (.backingOff, "pauseRequested", .paused), (.suspended, "alreadyPaused", .suspended),
                (.paused, "alreadyPaused", .paused), (.completed, notRunning, .completed),
            ]
        )
        + rows(
            .resume(.keep),
            [
                (.scheduled, notStarted, .scheduled), (.inboxed, notStarted, .inboxed),
                (.ready, "resumed", .running), (.running, "resumed", .running), (.backingOff, "resumed", .running),
                (.suspended, "resumed", .running), (.paused, "resumed", .running),
                (.completed, isCompleted, .completed),
            ]
        )
        + rows(
            .resume(.latest),
            [
                (.scheduled, notStarted, .scheduled), (.inboxed, notStarted, .inboxed),
                (.ready, notPinned, .running), (.running, notPinned, .running),
                (.backingOff, notPinned, .backingOff), (.suspended, "resumed", .running),
                (.paused, "resumed", .running), (.completed, isCompleted, .completed),
            ]
        )
        + rows(.purge, completed: ("purged", nil)) { _ in notCompleted }
        + rows(.purgeJournal, completed: ("journalPurged", .completed)) { _ in notCompleted }
        + rows(.restartAsNew(from: 0, .latest), completed: ("restarted", .completed)) { status in
            status == .scheduled || status == .inboxed ? notRunningYet : stillRunning
        }

    @Test("each operation on each state", arguments: table)
    func cell(row: Row) throws {
        let desk = try Desk.with(row.status)
        #expect(try desk.operate(2, row.operation) == row.answer)
        #expect(desk.status(2) == row.after)
        #expect(desk.faults.isEmpty, "\(desk.faults)")
    }

    @Test func theTableHasEveryCell() {
        #expect(Self.table.count == 8 * InvocationStatus.allCases.count)
        #expect(Set(Self.table.map(\.testDescription)).count == Self.table.count)
    }

    @Test("an unknown invocation is answered with 404 by each operation", arguments: Set(table.map(\.operation)))
    func unknown(operation: InvocationOperation) throws {
        let desk = try Desk.with(.running)
        let id = InvocationID(partitionKey: 1, high: 2, low: 3)
        #expect(try desk.operate(on: id, operation) == "404 The requested invocation … does not exist")
    }

    @Test("an operation is noted with who asked for it, a refused one is not")
    func operationsAreNoted() throws {
        let desk = try Desk.with(.completed)
        #expect(try desk.operate(2, .pause).hasPrefix("409"))
        #expect(desk.actions.count == 1)
        #expect(try desk.operate(2, .purgeJournal) == "journalPurged")
        #expect(desk.actions.map(ActionText.line).first == "note: purge-journal Counter/k/add")
    }
}
