import CShims
internal import CSystemd
import Glibc

/// The listening sockets that the service manager made for this process, by name.
package struct PassedSockets: Equatable, Sendable {
    /// What a passed socket is for: `FileDescriptorName=` of its unit.
    package enum Name: String, CaseIterable, Sendable {
        /// The control socket, a Unix socket.
        case control
        /// The ingress.
        case ingress
        /// The admin interface.
        case admin
    }

    private let descriptors: [Name: [Int32]]

    /// Takes the sockets passed to this process, none when there are none. They are close-on-exec afterwards and the variables gone, so no child takes
    /// them for its own. To be called once, before other threads run.
    package static func take() throws(SystemdError) -> PassedSockets {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &names)
        guard count >= 0 else { throw .announcementUnreadable(code: -count) }
        guard count > 0, let names else { return PassedSockets(descriptors: [:]) }
        defer {
            for index in 0..<Int(count) { free(names[index]) }
            free(names)
        }
        let announced = (0..<Int(count)).map { names[$0].map { String(cString: $0) } ?? "" }
        return try PassedSockets(names: announced, first: SD_LISTEN_FDS_START)
    }

    /// Sockets with these names at descriptors from `first` on. Every one must be a listening stream socket with a known name.
    package init(names: [String], first: Int32) throws(SystemdError) {
        var descriptors: [Name: [Int32]] = [:]
        for (index, text) in names.enumerated() {
            let descriptor = first + Int32(index)
            guard let name = Name(rawValue: text) else { throw .socketNameUnknown(text, descriptor: descriptor) }
            if let reason = Self.unsuitability(of: descriptor, as: name) {
                throw .socketUnsuitable(name: text, descriptor: descriptor, reason: reason)
            }
            descriptors[name, default: []].append(descriptor)
        }
        self.descriptors = descriptors
    }

    private init(descriptors: [Name: [Int32]]) { self.descriptors = descriptors }

    /// The descriptors of that name in the order they were passed; the caller owns them from here on.
    package func descriptors(_ name: Name) -> [Int32] { descriptors[name] ?? [] }

    /// Whether nothing was passed.
    package var isEmpty: Bool { descriptors.isEmpty }

    private static func unsuitability(of descriptor: Int32, as name: Name) -> String? {
        switch perdure_is_stream_socket(descriptor) {
        case 1: break
        case 0: return "it is no stream socket (ListenStream=)"
        default: return "it is no socket"
        }
        guard sd_is_socket(descriptor, AF_UNSPEC, 0, 1) > 0 else { return "it is not listening (Accept=no)" }
        if name == .control, sd_is_socket(descriptor, AF_UNIX, 0, 1) <= 0 { return "it is no Unix socket" }
        return nil
    }
}
