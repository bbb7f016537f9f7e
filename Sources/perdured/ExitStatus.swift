/// What the daemon's exit status says; systemd's restart rules and operators' scripts go by these numbers.
enum ExitStatus {
    /// It was asked to stop, and stopped.
    static let stopped: Int32 = 0
    /// It could not start: an address, the data directory, the control socket.
    static let startFailed: Int32 = 1
    /// The command line or the configuration is wrong; starting again changes nothing.
    static let badConfiguration: Int32 = 2
    /// Reading or writing the store failed; only a new start knows what is on disk.
    static let storeFailed: Int32 = 74
}
