import ControlProtocol
import Testing

@Suite struct ControlSocketPathTests {
    private static func path(_ environment: [String: String], existing: Set<String> = []) -> ControlSocketPath {
        ControlSocketPath(environment: environment, userID: 1_000) { existing.contains($0) }
    }

    @Test(arguments: [
        (["RUNTIME_DIRECTORY": "/run/perdure", "XDG_RUNTIME_DIR": "/x"], "/run/perdure/control.sock"),
        (["RUNTIME_DIRECTORY": "/run/a:/run/b"], "/run/a/control.sock"),
        (["XDG_RUNTIME_DIR": "/run/user/1"], "/run/user/1/perdure/control.sock"),
        (["XDG_RUNTIME_DIR": "/run/user/1/"], "/run/user/1/perdure/control.sock"),
        (["RUNTIME_DIRECTORY": "", "XDG_RUNTIME_DIR": ""], "/data/control.sock"),
        ([:], "/data/control.sock"),
    ])
    func `the daemon's socket`(environment: [String: String], expected: String) {
        #expect(Self.path(environment).forDaemon(dataDirectory: "/data") == expected)
    }

    @Test func `a user without XDG_RUNTIME_DIR has the directory of the login`() {
        let path = Self.path(["HOME": "/home/u"], existing: ["/run/user/1000"])
        #expect(path.forDaemon(dataDirectory: "/data") == "/run/user/1000/perdure/control.sock")
        #expect(path.forClient() == "/run/user/1000/perdure/control.sock")
    }

    @Test func `the client prefers the daemon that systemd runs`() {
        let environment = ["XDG_RUNTIME_DIR": "/run/user/1000", "HOME": "/home/u"]
        let system = Self.path(environment, existing: [ControlSocketPath.systemPath])
        #expect(system.forClient() == ControlSocketPath.systemPath)
        #expect(Self.path(environment).forClient() == "/run/user/1000/perdure/control.sock")
    }

    @Test func `client and daemon agree where there is no runtime directory`() throws {
        let path = Self.path(["HOME": "/home/u"])
        let directory = try #require(path.defaultDataDirectory)
        #expect(directory == "/home/u/.local/state/perdure")
        #expect(path.forClient() == path.forDaemon(dataDirectory: directory))
    }

    @Test func `without any environment the client asks the system's daemon`() {
        #expect(Self.path([:]).forClient() == ControlSocketPath.systemPath)
    }
}
