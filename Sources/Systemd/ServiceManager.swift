internal import CSystemd
import Glibc

/// What the daemon tells the service manager (sd_notify(3)). Without `NOTIFY_SOCKET` every call does nothing, silently.
package struct ServiceManager: Sendable {
    /// Nothing is read or opened before the first call.
    package init() {}

    /// The start, or a reload, is done: calls are served.
    package func ready(status: String) { notify("READY=1\nSTATUS=\(Self.line(status))") }

    /// The configuration is being read again; `ready` follows.
    package func reloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = UInt64(now.tv_sec) &* 1_000_000 &+ UInt64(now.tv_nsec) / 1000
        notify("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
    }

    /// The stop has begun.
    package func stopping(status: String) { notify("STOPPING=1\nSTATUS=\(Self.line(status))") }

    /// What `systemctl status` shows: one line.
    package func status(_ text: String) { notify("STATUS=\(Self.line(text))") }

    /// The core is alive.
    package func watchdog() { notify("WATCHDOG=1") }

    /// The start, stop or reload under way takes that much longer, counted from now.
    package func extendTimeout(milliseconds: UInt64) {
        notify("EXTEND_TIMEOUT_USEC=\(milliseconds.multipliedReportingOverflow(by: 1000).partialValue)")
    }

    /// How long the service manager waits for a sign of life before it ends the process, in milliseconds; nil when it does not watch this process.
    /// Half of it is a good interval. Clears the variables: children are not watched.
    package static func takeWatchdogTimeout() -> UInt64? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(1, &microseconds) > 0 else { return nil }
        return microseconds / 1000
    }

    /// A message that cannot be delivered is lost: there is nobody else to tell, and the watchdog notices when it matters.
    private func notify(_ state: String) { sd_notify(0, state) }

    /// A line end would begin another variable.
    private static func line(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 })
        )
    }
}
