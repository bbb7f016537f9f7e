import ControlServer
import EventLoop
import Logging
import Partition
import Store
import Systemd
import TLS

/// Why the daemon could not start, or had to end.
enum DaemonError: Error, CustomStringConvertible {
    case store(StoreError)
    /// The catalog or the rows of recovery cannot be read.
    case recovery(String)
    case loop(EventLoopError)
    /// An address that cannot be listened on, and the key that gave it.
    case address(key: String, EventLoopError)
    case badAddress(key: String, String)
    case unknownGroup(String)
    case control(ControlServerError)
    case passedSockets(SystemdError)
    /// A file of certificates or keys cannot be used.
    case tls(TLSError)
    case storeFailed(String)

    var description: String {
        switch self {
        case .store(let error): error.description
        case .recovery(let text): "the database cannot be read: \(text)"
        case .loop(let error): error.description
        case .address(let key, let error): "\(key): \(error.description)"
        case .badAddress(let key, let text): "\(key): '\(text)' is no address to listen on; give HOST:PORT"
        case .unknownGroup(let name): "control-socket-group: there is no group '\(name)'"
        case .control(let error): error.description
        case .passedSockets(let error): error.description
        case .tls(let error): error.description
        case .storeFailed(let text): "the store failed, and only a new start knows what is on disk: \(text)"
        }
    }

    var messageID: MessageID {
        switch self {
        case .store(.newerVersion): .newerDatabaseRefused
        case .store(.held): .dataDirectoryHeld
        case .passedSockets: .passedSocketRefused
        case .storeFailed: .commitFailed
        default: .startFailed
        }
    }

    var exitStatus: Int32 {
        switch self {
        case .storeFailed: ExitStatus.storeFailed
        case .tls: ExitStatus.badConfiguration
        default: ExitStatus.startFailed
        }
    }
}
