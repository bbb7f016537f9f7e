import ControlServer
import EventLoop
import Glibc
import Testing

@Suite struct ControlSocketFileTests {
    private static func mode(_ path: String) -> mode_t? {
        var information = stat()
        return lstat(path, &information) == 0 ? information.st_mode & 0o7777 : nil
    }

    private static func withDirectory(_ body: (String, EventLoop) throws -> Void) throws {
        let directory = try ControlWorld.makeDirectory()
        let loop = try EventLoop()
        defer {
            loop.close()
            rmdir(directory)
        }
        try body(directory, loop)
    }

    private static func entries(_ directory: String) -> Int {
        guard let handle = opendir(directory) else { return -1 }
        defer { closedir(handle) }
        var count = 0
        while readdir(handle) != nil { count += 1 }
        return count - 2
    }

    @Test func `the socket has its mode and leaves nothing behind`() throws {
        try Self.withDirectory { directory, loop in
            let path = directory + "/s"
            let own = try ControlSocketFile(loop: loop, path: path, access: .ownerOnly)
            #expect(Self.mode(path) == 0o600)
            #expect(Self.entries(directory) == 1)
            #expect(ControlSocketFile.groupID(ofSocketAt: path) == nil)
            own.remove()
            #expect(Self.entries(directory) == 0)
            let shared = try ControlSocketFile(loop: loop, path: path, access: .group(getgid()))
            #expect(Self.mode(path) == 0o660)
            #expect(ControlSocketFile.groupID(ofSocketAt: path) == getgid())
            shared.remove()
        }
    }

    @Test func `a missing directory is made, for the owner alone`() throws {
        try Self.withDirectory { directory, loop in
            let file = try ControlSocketFile(loop: loop, path: directory + "/perdure/s", access: .ownerOnly)
            #expect(Self.mode(directory + "/perdure") == 0o700)
            file.remove()
            rmdir(directory + "/perdure")
        }
    }

    @Test func `the socket of a dead daemon is replaced`() throws {
        try Self.withDirectory { directory, loop in
            let path = directory + "/s"
            let dead = try Listener(loop: loop, address: .unix(path: path))
            dead.close()
            #expect(Self.mode(path) != nil)
            let file = try ControlSocketFile(loop: loop, path: path, access: .ownerOnly)
            #expect(Self.mode(path) == 0o600)
            file.remove()
        }
    }

    @Test func `the socket of a living daemon is not`() throws {
        try Self.withDirectory { directory, loop in
            let path = directory + "/s"
            let living = try ControlSocketFile(loop: loop, path: path, access: .ownerOnly)
            #expect(throws: ControlServerError.inUse(path: path)) {
                try ControlSocketFile(loop: loop, path: path, access: .ownerOnly)
            }
            #expect(Self.entries(directory) == 1)
            living.remove()
        }
    }

    @Test(arguments: [S_IFREG, S_IFDIR, S_IFIFO])
    func `a file that is no socket is left alone`(kind: mode_t) throws {
        try Self.withDirectory { directory, loop in
            let path = directory + "/s"
            if kind == S_IFDIR { mkdir(path, 0o700) } else { mknod(path, kind | 0o600, 0) }
            #expect(throws: ControlServerError.foreignFile(path: path)) {
                try ControlSocketFile(loop: loop, path: path, access: .ownerOnly)
            }
            #expect(Self.mode(path) != nil)
            if kind == S_IFDIR { rmdir(path) } else { unlink(path) }
        }
    }

    @Test func `a path that cannot be is refused`() throws {
        try Self.withDirectory { directory, loop in
            let long = directory + "/" + String(repeating: "x", count: 200)
            #expect(throws: ControlServerError.self) {
                try ControlSocketFile(loop: loop, path: long, access: .ownerOnly)
            }
            #expect(throws: ControlServerError.self) {
                try ControlSocketFile(loop: loop, path: directory + "/a/b/s", access: .ownerOnly)
            }
            #expect(Self.entries(directory) == 0)
        }
    }

    @Test func `what another daemon has put there is not removed`() throws {
        try Self.withDirectory { directory, loop in
            let path = directory + "/s"
            let first = try ControlSocketFile(loop: loop, path: path, access: .ownerOnly)
            first.listener.close()
            let second = try ControlSocketFile(loop: loop, path: path, access: .ownerOnly)
            first.remove()
            #expect(Self.mode(path) != nil)
            second.remove()
            #expect(Self.mode(path) == nil)
        }
    }
}
