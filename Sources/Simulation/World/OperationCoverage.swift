import Engine

/// The rows of the table in docs/invocations.md: what an operator may do to one invocation.
package enum OperationKind: String, Sendable, Hashable, CaseIterable {
    case cancel, kill, pause, resume
    case resumeElsewhere = "resume elsewhere"
    case purge
    case purgeJournal = "purge-journal"
    case restartAsNew = "restart-as-new"

    package init(_ operation: InvocationOperation) {
        switch operation {
        case .cancel: self = .cancel
        case .kill: self = .kill
        case .pause: self = .pause
        case .resume(.keep): self = .resume
        case .resume(.latest), .resume(.explicit): self = .resumeElsewhere
        case .purge: self = .purge
        case .purgeJournal: self = .purgeJournal
        case .restartAsNew: self = .restartAsNew
        }
    }
}

/// How often each cell of the table in docs/invocations.md was reached: an act answered as the table says for the state
/// that the invocation was in before the turn.
package struct OperationCoverage: Sendable, Hashable {
    package struct Cell: Sendable, Hashable {
        package var act: OperationKind
        package var status: InvocationStatus
    }

    package private(set) var counts: [Cell: Int] = [:]

    package init() {}

    package mutating func add(_ act: OperationKind, _ status: InvocationStatus) {
        counts[Cell(act: act, status: status), default: 0] += 1
    }

    package static func += (left: inout Self, right: Self) { left.counts.merge(right.counts, uniquingKeysWith: +) }

    /// The cells that were never reached.
    package var missing: [Cell] {
        OperationKind.allCases.flatMap { act in InvocationStatus.allCases.map { Cell(act: act, status: $0) } }
            .filter { counts[$0] == nil }
    }

    /// The table with the number of times in each cell, and the share of cells reached.
    package var text: String {
        var rows = [["act"] + InvocationStatus.allCases.map(\.name)]
        for act in OperationKind.allCases {
            rows.append(
                [act.rawValue]
                    + InvocationStatus.allCases.map { String(counts[Cell(act: act, status: $0), default: 0]) }
            )
        }
        let all = OperationKind.allCases.count * InvocationStatus.allCases.count
        let lines = rows.map { row in
            row.enumerated().map { index, cell in
                let padding = String(repeating: " ", count: max(0, (index == 0 ? 17 : 12) - cell.count))
                return index == 0 ? cell + padding : padding + cell
            }.joined()
        }
        return (lines + ["\(all - missing.count) of \(all) cells reached"]).joined(separator: "\n")
    }
}
