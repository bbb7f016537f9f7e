import Glibc

/// Prints the input that is being read when the process crashes: a trap leaves no other chance to say it.
enum CrashReport {
    /// As much of an input as is printed; the number tells the rest.
    private static let bytesMax = 4096
    private static let space = 3 * bytesMax

    // The suite is serialized, so that one input is tried at a time, and the handler runs in the thread that reads it.
    nonisolated(unsafe) private static let text = UnsafeMutablePointer<UInt8>.allocate(capacity: space)
    nonisolated(unsafe) private static var length = 0
    nonisolated(unsafe) private static var isArmed = false

    /// Notes what is tried now.
    static func trying(_ what: String, _ bytes: [UInt8]) {
        arm()
        length = 0
        for byte in what.utf8.prefix(bytesMax) { append(byte) }
        for byte in bytes.prefix(bytesMax / 2) {
            append(digit(byte >> 4))
            append(digit(byte & 15))
        }
        append(0x0A)
    }

    private static func append(_ byte: UInt8) {
        text[length] = byte
        length += 1
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

    /// Prints first; what the runtime does with a crash follows, since the instruction that failed runs again.
    private static func arm() {
        guard !isArmed else { return }
        isArmed = true
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
            signal(number) { number in
                _ = write(STDERR_FILENO, CrashReport.text, CrashReport.length)
                signal(number, SIG_DFL)
            }
        }
    }
}
