import ControlProtocol
import DurableModel
import Engine
import GoldenRecordings
import HTTP

@testable import AdminAPI
@testable import Operations

/// What can come of an operation on invocations.
enum Outcomes {
    private static let outcomes: [OperationOutcome] = [
        .cancelRequested, .pauseRequested, .ended, .killed, .alreadyPaused, .resumed, .purged, .journalPurged,
    ]

    /// Every answer that this face can give; of a restart with the id that was recorded.
    static func answers(
        to operation: InvocationOperation,
        _ id: InvocationID,
        _ recorded: HTTPRecording.Response
    ) -> [HTTPResponse] {
        var possible = outcomes
        if case .object(let members)? = recorded.body, case .string(let text)? = members["new_invocation_id"],
            let new = try? InvocationID(parsing: text)
        {
            possible.append(.restarted(new))
        }
        return possible.map(AdminResponses.operated)
            + refusals.map { AdminResponses.refused(.operation($0, operation, id)) }
    }

    /// The deployment that the recordings resume on although it speaks other versions.
    private static let refusals: [OperationRefusal] = {
        let simple: [OperationRefusal] = [
            .notFound, .completed, .notRunning, .notStarted, .isCompleted, .notCompleted, .stillRunning,
            .runningOrUnpinned, .deploymentUnknown(nil), .inputGone, .workflow, .prefixOpen,
        ]
        guard let other = try? DeploymentID(parsing: "dp_10nnMLeYmi6WnZKTkA64Rgd") else { return simple }
        return simple + [.protocolVersion(pinned: 6, deployment: other, offered: 7...7)]
    }()

    /// The outcome that the recorded lists tell of.
    static func batch(_ operation: InvocationOperation, _ members: [String: JSONValue]) throws -> BatchOutcome {
        var batch = BatchOutcome()
        if case .array(let values)? = members["succeeded"] {
            for value in values {
                switch value {
                case .string(let text):
                    batch.succeeded.append(Operated(id: try InvocationID(parsing: text), outcome: .killed))
                case .object(let pair):
                    guard case .string(let old)? = pair["old_invocation_id"],
                        case .string(let new)? = pair["new_invocation_id"]
                    else { continue }
                    let outcome = OperationOutcome.restarted(try InvocationID(parsing: new))
                    batch.succeeded.append(Operated(id: try InvocationID(parsing: old), outcome: outcome))
                default: continue
                }
            }
        }
        if case .array(let values)? = members["failed"] {
            for case .object(let pair) in values {
                guard case .string(let text)? = pair["invocation_id"], case .string(let error)? = pair["error"] else {
                    continue
                }
                let id = try InvocationID(parsing: text)
                batch.failed.append(.init(id: id, refusal: .operation(reason(error), operation, id)))
            }
        }
        return batch
    }

    private static func reason(_ error: String) -> OperationRefusal {
        let words: [(String, OperationRefusal)] = [
            ("not found", .notFound), ("already completed", .completed), ("not yet completed", .notCompleted),
            ("is completed", .isCompleted), ("not running", .notRunning),
        ]
        return words.first { error.contains($0.0) }?.1 ?? .workflow
    }
}

extension AdminRequest {
    /// The statuses that were recorded of requests like this one and that ours can have.
    var recordedStatuses: Set<Int> {
        switch self {
        case .health, .clusterHealth, .version, .openAPI, .listDeployments, .listServices, .emptyList: [200]
        case .register: [200, 201, 400, 409, 422, 500]
        case .describeDeployment, .describeService, .listHandlers, .describeHandler, .serviceOpenAPI: [200, 404]
        case .updateDeployment: [200, 400, 404, 500]
        case .removeDeployment: [202, 404, 409]
        case .configureService: [200, 400, 404]
        case .patchState: [202, 400, 404, 409]
        case .operate(let operation, _):
            switch operation {
            case .cancel: [200, 202, 404, 409]
            case .kill, .purge, .purgeJournal: [200, 404, 409]
            case .pause: [200, 202, 404, 409]
            case .resume: [200, 400, 404, 409, 425]
            case .restartAsNew: [200, 400, 404, 409, 410, 422, 425]
            }
        case .dispose: [202]
        case .batch: [200]
        case .query: [200, 400]
        }
    }
}
