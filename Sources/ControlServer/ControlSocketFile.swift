import EventLoop
import Glibc

/// The file of the control socket: made so that at no moment anybody else can connect, or find a socket that nobody
/// serves in the place of one that works.
///
/// The socket is bound under a temporary name with mode 0600, gets its mode and group, and is then renamed. The
/// caller holds the lock of its data directory; two daemons with different data but one socket path are told apart by
/// connecting to what is there.
package final class ControlSocketFile {
    /// Who may open the socket, besides the daemon's own user.
    package enum Access: Equatable, Sendable {
        case ownerOnly
        case group(UInt32)

        var socketMode: mode_t {
            switch self {
            case .ownerOnly: 0o600
            case .group: 0o660
            }
        }

        var directoryMode: mode_t {
            switch self {
            case .ownerOnly: 0o700
            case .group: 0o750
            }
        }

        var groupID: gid_t? {
            switch self {
            case .ownerOnly: nil
            case .group(let id): id
            }
        }
    }

    /// The listening socket; nobody is accepted yet.
    package let listener: Listener
    /// Where peers find it.
    package let path: String
    private let identity: (device: dev_t, inode: ino_t)

    /// Makes the socket at `path`, and the directory it is in where that is missing. The socket file that a dead
    /// daemon left is replaced; that of a living one, and any other file, is not.
    package init(loop: EventLoop, path: String, access: Access) throws(ControlServerError) {
        self.path = path
        try Self.makeDirectory(of: path, access)
        try Self.checkVacancy(path)
        let temporary = "\(path).\(getpid())"
        try Self.removeLeftover(temporary)
        do throws(EventLoopError) {
            listener = try Listener(loop: loop, address: .unix(path: temporary))
        } catch {
            throw .loop(error)
        }
        do throws(ControlServerError) {
            identity = try Self.publish(temporary, as: path, access)
        } catch {
            listener.close()
            unlink(temporary)
            throw error
        }
    }

    /// Ends the listening, and removes the file unless it is another's by now.
    package func remove() {
        listener.close()
        var information = stat()
        guard lstat(path, &information) == 0 else { return }
        if (information.st_dev, information.st_ino) == identity { unlink(path) }
    }

    /// The group of a socket that somebody else made, whose members may connect to it; nil for none.
    package static func groupID(ofSocketAt path: String) -> UInt32? {
        var information = stat()
        guard lstat(path, &information) == 0, information.st_mode & 0o020 != 0 else { return nil }
        return information.st_gid
    }

    private static func makeDirectory(of path: String, _ access: Access) throws(ControlServerError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let directory = String(path[..<slash])
        guard mkdir(directory, access.directoryMode) == 0 else {
            if errno == EEXIST { return }
            throw failure("make the directory of", path)
        }
        guard chmod(directory, access.directoryMode) == 0 else {
            throw failure("set the mode of the directory of", path)
        }
        if let group = access.groupID, chown(directory, uid_t.max, group) != 0 {
            throw failure("set the group of the directory of", path)
        }
    }

    /// Nothing, or the socket of a daemon that lives no more.
    private static func checkVacancy(_ path: String) throws(ControlServerError) {
        var information = stat()
        guard lstat(path, &information) == 0 else {
            if errno == ENOENT { return }
            throw failure("look at", path)
        }
        guard information.st_mode & S_IFMT == S_IFSOCK else { throw .foreignFile(path: path) }
        switch SocketProbe.connect(to: path) {
        case .nobody: return
        case .somebody: throw .inUse(path: path)
        case .unknown(let code): throw failure("find out who serves", path, code)
        }
    }

    /// A daemon with our process number may have died between binding and renaming.
    private static func removeLeftover(_ temporary: String) throws(ControlServerError) {
        var information = stat()
        guard lstat(temporary, &information) == 0 else { return }
        guard information.st_mode & S_IFMT == S_IFSOCK else { throw .foreignFile(path: temporary) }
        unlink(temporary)
    }

    private static func publish(
        _ temporary: String,
        as path: String,
        _ access: Access
    ) throws(ControlServerError) -> (dev_t, ino_t) {
        if let group = access.groupID, chown(temporary, uid_t.max, group) != 0 {
            throw failure("set the group of", path)
        }
        guard chmod(temporary, access.socketMode) == 0 else { throw failure("set the mode of", path) }
        var information = stat()
        guard lstat(temporary, &information) == 0 else { throw failure("look at", path) }
        guard rename(temporary, path) == 0 else { throw failure("give its name to", path) }
        return (information.st_dev, information.st_ino)
    }

    private static func failure(_ action: String, _ path: String, _ code: Int32 = errno) -> ControlServerError {
        .system(action: action, path: path, reason: String(cString: strerror(code)))
    }
}
