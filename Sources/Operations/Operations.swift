import ControlProtocol
import DurableModel
import Endpoints
import Engine
import Partition
import Registry
import Runtime

/// Every operator's action, exactly once, whatever face asks for it. A face decodes, calls, and renders.
///
/// Made and used on the loop's thread; completions run in a later iteration, or at once where nothing has to be waited for.
package final class Operations {
    package let runtime: Runtime
    let discovery: Discovery
    let queries: QueryWorkers

    package init(runtime: Runtime, discovery: Discovery, queries: QueryWorkers) {
        self.runtime = runtime
        self.discovery = discovery
        self.queries = queries
    }

    /// Ends what operations have under way: their waiters are told that the server stops.
    package func close() {
        discovery.close()
        queries.close()
    }
}

/// Who acts, as the history of the catalog names them, and whose share of a turn it is.
package struct OperationActor: Sendable {
    /// For instance `uid 1000` or `http 127.0.0.1`.
    package var name: String
    package var source: CommandSource

    package init(name: String, source: CommandSource) {
        self.name = name
        self.source = source
    }
}

/// Why an operation was not done. Nothing has changed then.
package enum OperationError: Error, Sendable, Equatable {
    case badAddress(DeploymentAddressError)
    case badHeader(AdditionalHeaderError)
    case badDeploymentID(String)
    case badInvocationID(String)
    /// The version that a state is to have is no version.
    case badStateVersion
    /// More invocations than one request may name.
    case tooManyIDs(Int)
    case serviceNotFound(String)
    case handlerNotFound(service: String, handler: String)
    case discovery(DiscoveryError)
    /// The deployment is needed yet; some of the invocations that need it, the oldest first.
    case notDrained(DeploymentID, DrainState, [BlockingInvocation])
    case refused(Refusal)
    case query(QueryError)
}

extension OperationError {
    /// What happened, to what, why, and what to do about it.
    package var sentence: String {
        switch self {
        case .badAddress(let error): error.message
        case .badHeader(let error): error.message
        case .badDeploymentID(let text):
            "'\(text)' is no deployment id; ids look like dp_1 followed by 22 letters and digits"
        case .badInvocationID(let text):
            "'\(text)' is no invocation id; ids look like inv_1 followed by 33 letters and digits"
        case .serviceNotFound(let name): "service '\(name)' not found; `perdure services list` shows those there are"
        case .handlerNotFound(let service, let handler): "the service '\(service)' has no handler '\(handler)'"
        case .discovery(let error): error.message
        case .badStateVersion:
            "the version of a state is \(StateVersion.bytes) bytes, as base64url without padding"
        case .tooManyIDs(let count):
            "\(count) invocations are named, and one request may name \(BatchOutcome.idsMax); split it up"
        case .notDrained(let id, let state, _): RegistryError.notDrained(id, state).description
        case .refused(let refusal): refusal.sentence
        case .query(let error): error.sentence
        }
    }
}

extension QueryError {
    /// What happened to the query, and what to do about it.
    package var sentence: String {
        switch self {
        case .refused(let error): error.message
        case .deadline(let milliseconds):
            "the query was stopped after \(milliseconds) ms; narrow it with WHERE and LIMIT"
        case .tooManyRows(let max):
            "the answer has more than \(max) rows, which is all that one may have (query-rows-max); narrow the query with "
                + "WHERE, or cut it with LIMIT"
        case .workerEnded:
            "the query was too much for its process, which ended; make the statement simpler or smaller"
        case .busy: "too many queries are running; try again"
        case .unavailable(let text): "no query process could be started: \(text)"
        case .stopping: "the server is stopping"
        }
    }
}
