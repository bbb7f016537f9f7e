import Glibc
import Testing

/// Starts a program with our environment; the caller waits for it. With `output`, its standard output and error go to that file.
func startProgram(_ program: String, _ arguments: [String], output: String? = nil) throws -> pid_t {
    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let output {
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    var pid: pid_t = 0
    try #require(posix_spawn(&pid, program, &actions, nil, &argv, environ) == 0)
    return pid
}

/// Runs a program to its end: its exit status and what it wrote.
func runProgram(_ program: String, _ arguments: [String], in directory: TemporaryDirectory) throws -> (
    status: Int32, output: String
) {
    let path = directory.path + "/output"
    let pid = try startProgram(program, arguments, output: path)
    var status: Int32 = -1
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return (status >> 8 & 0xFF, try readText(path))
}

func readText(_ path: String) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    try #require(descriptor >= 0, "\(path) can be read")
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { break }
        bytes.append(contentsOf: buffer[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
}

func writeText(_ text: String, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0, "\(path) can be written")
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    try #require(write(descriptor, bytes, bytes.count) == bytes.count)
}

/// A file of the package by its path from the package's root.
func packageFile(_ path: String, of file: String = #filePath) -> String {
    file.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/" + path
}
