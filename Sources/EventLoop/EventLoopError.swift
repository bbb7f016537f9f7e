import Glibc

/// What can go wrong with descriptors, addresses and names. Every case names its subject, so that a record needs nothing beside it.
package enum EventLoopError: Error, Equatable, Sendable {
    /// What was being attempted when the system refused.
    package enum Operation: String, Sendable {
        case makeLoop = "make the event loop"
        case makeSocket = "make a socket for"
        case watch = "watch"
        case bind = "bind"
        case listen = "listen on"
        case accept = "accept a connection on"
        case connect = "connect to"
        case read = "read from"
        case send = "send to"
        case inspect = "inspect"
        case spawn = "start"
    }

    /// A system call failed with `code` (a positive errno).
    case system(Operation, subject: String, code: Int32)
    /// The peer did not answer the connection attempt in time.
    case connectTimedOut(SocketAddress, milliseconds: Int)
    /// An address text that is not `HOST:PORT` with a numeric host; `reason` says which part is wrong.
    case addressInvalid(String, reason: String)
    /// The resolver has no address for a host name.
    case nameNotResolved(String, reason: String)
    /// A descriptor that is not what it was passed as (a listening or connected stream socket).
    case descriptorUnsuitable(Int32, reason: String)

    /// The errno of a failed system call, nil for everything else.
    package var code: Int32? {
        guard case .system(_, _, let code) = self else { return nil }
        return code
    }
}

extension EventLoopError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system(let operation, let subject, let code):
            let reason = String(cString: strerror(code))
            return "cannot \(operation.rawValue) \(subject): \(reason)\(Self.advice(for: code))"
        case .connectTimedOut(let address, let milliseconds):
            return
                "cannot connect to \(address): no answer within \(milliseconds) ms; check the address and the network"
        case .addressInvalid(let text, let reason):
            return "\"\(text)\" is no address: \(reason); write HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080"
        case .nameNotResolved(let host, let reason):
            return "the name \"\(host)\" cannot be resolved: \(reason); check the name and the resolver"
        case .descriptorUnsuitable(let descriptor, let reason):
            return "descriptor \(descriptor) cannot be used: \(reason); check the unit that passes it"
        }
    }

    private static func advice(for code: Int32) -> String {
        switch code {
        case EADDRINUSE: "; stop the process that holds it or choose another address"
        case EADDRNOTAVAIL: "; choose an address of this machine"
        case EACCES, EPERM: "; check the permissions of this user"
        case EMFILE, ENFILE: "; raise the limit of open files (LimitNOFILE=)"
        case ECONNREFUSED: "; check that something listens there"
        default: ""
        }
    }
}
