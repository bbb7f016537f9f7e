/// Where the control socket is, by one rule for the daemon and its clients.
///
/// Under systemd it is in the unit's runtime directory, `/run/perdure`. A daemon started by hand puts it into the
/// runtime directory of its user, and on a machine that gives users none, beside its data.
package struct ControlSocketPath {
    /// The name of the socket in its directory.
    package static let fileName = "control.sock"
    /// The socket of the daemon that systemd runs.
    package static let systemPath = "/run/perdure/\(fileName)"
    /// The longest path of a Unix socket: `sun_path` has 108 bytes, of which the last is zero.
    package static let pathBytesMax = 107

    private let environment: [String: String]
    private let userID: UInt32
    private let exists: (String) -> Bool

    /// The rule for a process with this environment and user, on a machine where `exists` tells which paths are there.
    package init(environment: [String: String], userID: UInt32, exists: @escaping (String) -> Bool) {
        self.environment = environment
        self.userID = userID
        self.exists = exists
    }

    /// Where a daemon puts its socket when no setting says otherwise.
    package func forDaemon(dataDirectory: String) -> String {
        if let directory = value("RUNTIME_DIRECTORY") { return Self.join(firstDirectory(directory), Self.fileName) }
        return userRuntimePath ?? Self.join(dataDirectory, Self.fileName)
    }

    /// Where a client looks for it when neither `--socket` nor `PERDURE_SOCKET` says.
    package func forClient() -> String {
        if let directory = value("RUNTIME_DIRECTORY") { return Self.join(firstDirectory(directory), Self.fileName) }
        if exists(Self.systemPath) { return Self.systemPath }
        return userRuntimePath ?? defaultDataDirectory.map { Self.join($0, Self.fileName) } ?? Self.systemPath
    }

    /// Where a daemon started by hand keeps its data: `$STATE_DIRECTORY`, else under the user's state directory.
    package var defaultDataDirectory: String? {
        if let directory = value("STATE_DIRECTORY") { return firstDirectory(directory) }
        return value("HOME").map { Self.join($0, ".local/state/perdure") }
    }

    private var userRuntimePath: String? {
        if let directory = value("XDG_RUNTIME_DIR") { return Self.join(directory, "perdure/\(Self.fileName)") }
        let directory = "/run/user/\(userID)"
        return exists(directory) ? Self.join(directory, "perdure/\(Self.fileName)") : nil
    }

    /// An empty variable counts as one that is not set.
    private func value(_ name: String) -> String? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// systemd lists all directories of a unit, with colons between them.
    private func firstDirectory(_ list: String) -> String {
        list.split(separator: ":").first.map(String.init) ?? list
    }

    private static func join(_ directory: String, _ name: String) -> String {
        directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }
}
