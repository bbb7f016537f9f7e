import Systemd

/// Asks the service manager for more time while the recovery of a large database goes on: it would end a start that takes
/// longer than its timeout, and the next one would take as long.
final class StartPatience {
    /// How much longer the start may take after each sign of life…
    private static let extensionMilliseconds: UInt64 = 60_000
    /// …and how often one is given.
    private static let pause = Duration.seconds(5)

    private let manager: ServiceManager
    private let clock = ContinuousClock()
    private var lastExtended: ContinuousClock.Instant?

    init(_ manager: ServiceManager) {
        self.manager = manager
        extend()
    }

    /// The recovery goes on.
    func extend() {
        let now = clock.now
        if let lastExtended, now - lastExtended < Self.pause { return }
        lastExtended = now
        manager.extendTimeout(milliseconds: Self.extensionMilliseconds)
    }
}
