import ControlProtocol
import EventLoop

/// Why there is no control socket.
package enum ControlServerError: Error, Equatable {
    /// Another daemon answers at this path.
    case inUse(path: String)
    /// Something that is no socket lies at this path.
    case foreignFile(path: String)
    /// A call failed at this path; `reason` is the system's.
    case system(action: String, path: String, reason: String)
    /// The socket could not be made or listened on.
    case loop(EventLoopError)
}

extension ControlServerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .inUse(let path):
            "the control socket \(path) belongs to a daemon that answers there; stop it, or set another control-socket"
        case .foreignFile(let path):
            "\(path) is there and is no socket; it is left alone: remove it, or set another control-socket"
        case .system(let action, let path, let reason):
            "cannot \(action) the control socket \(path): \(reason)"
        case .loop(let error):
            "cannot listen on the control socket: \(error)"
        }
    }
}
