import Glibc

/// A line on standard output, there at once even where that is a file.
func say(_ line: String) { put(line, on: STDOUT_FILENO) }

/// A line on standard error.
func complain(_ line: String) { put(line, on: STDERR_FILENO) }

private func put(_ line: String, on descriptor: Int32) {
    let bytes = Array((line + "\n").utf8)
    _ = write(descriptor, bytes, bytes.count)
}
