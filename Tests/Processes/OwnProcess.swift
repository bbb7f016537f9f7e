internal import Glibc
import Testing

/// Runs the body of a test in a process of its own, for what would change this one: its environment, its limits.
///
/// The process runs the same program with this test as the only one. Exit tests do the same, but wait for any child, and
/// do not get on while a child of another test has ended that nobody has waited for yet.
package func inOwnProcess(_ test: String = #function, _ body: () throws -> Void) throws {
    let name = String(test.prefix { $0 != "(" })
    if let running = getenv(variable), String(cString: running) == name { return try body() }
    var template = Array("/tmp/perdure-process-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    try #require(file >= 0)
    defer { close(file) }
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { unlink(path) }
    let child = try startProgram(
        TestProgram.path(),
        TestProgram.arguments(running: "/\(name)\\("),
        adding: ["\(variable)=\(name)"],
        output: path
    )
    let status = waitForEnd(of: child)
    #expect(status == 0, "\(text(of: file))")
}

private let variable = "PERDURE_TEST_PROCESS"

private func text(of file: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = pread(file, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
}
