import Glibc

/// What is wrong with what the service manager passed.
package enum SystemdError: Error, Equatable, Sendable {
    /// The variables that announce passed sockets cannot be read; a positive errno.
    case announcementUnreadable(code: Int32)
    /// A socket whose name says nothing to us.
    case socketNameUnknown(String, descriptor: Int32)
    /// A descriptor that is not what its name stands for.
    case socketUnsuitable(name: String, descriptor: Int32, reason: String)
}

extension SystemdError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .announcementUnreadable(let code):
            "the passed sockets cannot be taken: \(String(cString: strerror(code))); check LISTEN_FDS and LISTEN_FDNAMES"
        case .socketNameUnknown(let name, let descriptor):
            "the passed socket \"\(name)\" (descriptor \(descriptor)) has no use here; "
                + "give its unit FileDescriptorName=control, ingress or admin"
        case .socketUnsuitable(let name, let descriptor, let reason):
            "the passed socket \"\(name)\" (descriptor \(descriptor)) cannot be used: \(reason); check its socket unit"
        }
    }
}
