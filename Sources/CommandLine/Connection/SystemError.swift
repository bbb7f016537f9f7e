import Glibc

/// The system's errors in words.
enum SystemError {
    /// The sentence for an `errno`.
    static func text(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
