import Glibc
import Processes
import Testing

/// Runs a program to its end: its exit status and what it wrote.
func runProgram(_ program: String, _ arguments: [String], in directory: TemporaryDirectory) throws -> (
    status: Int32, output: String
) {
    let path = directory.path + "/output"
    let pid = try startProgram(program, arguments, output: path)
    let status = waitForEnd(of: pid)
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
