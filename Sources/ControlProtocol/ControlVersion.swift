/// The version of the control protocol: one number, with its history.
package enum ControlVersion {
    /// One step of the history.
    package struct Step: Sendable {
        /// The protocol version that began with this step.
        package let version: Int
        /// The day it was made, as `YYYY-MM-DD`.
        package let date: String
        /// What it added or changed.
        package let change: String
    }

    /// Every version there was, oldest first.
    package static let history = [
        Step(
            version: 1,
            date: "2026-11-24",
            change: "hello, status, deployments, services, invocations, state, sql.query"
        )
    ]

    /// The version this program speaks.
    package static let current = 1
    /// The oldest version this program still speaks.
    package static let oldest = 1

    /// The version two ends speak with each other, or nil when the peer's is too old for us.
    package static func agreed(withPeer peerVersion: Int) -> Int? {
        let version = min(peerVersion, current)
        return version >= oldest ? version : nil
    }
}

/// The version of the programs, which are released together.
package enum ProgramVersion {
    /// As in `perdure --version` and in every hello.
    package static let current = "0.1.0"
}
