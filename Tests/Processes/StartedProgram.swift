package import Glibc
import Testing

/// Starts a program with our environment and what is added to it; the caller waits for it. With `output`, its standard
/// output and error go to that file.
package func startProgram(
    _ program: String,
    _ arguments: [String],
    adding variables: [String] = [],
    output: String? = nil
) throws -> pid_t {
    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    let added: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) }
    defer { for pointer in added { free(pointer) } }
    var environment = added
    var inherited = environ
    while let variable = inherited.pointee {
        environment.append(variable)
        inherited += 1
    }
    environment.append(nil)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let output {
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    var pid: pid_t = 0
    try #require(posix_spawn(&pid, program, &actions, nil, &argv, &environment) == 0)
    return pid
}

/// Waits for a child of ours to end: its status as `waitpid` has it.
package func waitForEnd(of child: pid_t) -> Int32 {
    var status: Int32 = -1
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status
}

/// The program that runs the tests, and what makes it run only those whose name matches.
package enum TestProgram {
    package static func path() throws -> String {
        let resolved = try #require(realpath("/proc/self/exe", nil))
        defer { free(resolved) }
        return String(cString: resolved)
    }

    package static func arguments(running filter: String) -> [String] {
        ["--testing-library", "swift-testing", "--filter", filter]
    }
}
