import DurableModel
import Registry
import ServiceProtocol

/// What an attempt begins with: the Start message and the journal, read after the commit that began it.
///
/// A value that holds all but the rows, so that another thread can read those while turns go on: what it reads are the
/// entries that the journal had when the value was made, whatever was appended since.
package struct Opening: Sendable {
    /// Journals and states above this length are not read within a turn (measured: 1 MB takes about 1 ms).
    package static let inlineBytesMax = 256 << 10

    private let running: RunningInvocation
    private let deployment: Deployment
    private let settings: Settings
    private let isStateEager: Bool

    /// The opening of an attempt as it is now; `nil` if its deployment is gone.
    package init?(of running: RunningInvocation, catalog: Catalog, settings: Settings) {
        guard let pin = running.invocation.pin, let deployment = catalog.deployment(pin.deployment) else { return nil }
        self.running = running
        self.deployment = deployment
        self.settings = settings
        let target = running.invocation.head.target
        let options = catalog.effectiveOptions(
            on: pin.deployment,
            service: target.service,
            handler: target.handler,
            settings: settings
        )
        isStateEager = !options.enableLazyState && settings.eagerStateBytesMax > 0
    }

    package var attempt: AttemptID { running.attempt.id }
    package var deploymentID: DeploymentID { deployment.id }

    /// About how many bytes it will have.
    package var bytes: Int { running.invocation.journalBytes + (eagerKey == nil ? 0 : settings.eagerStateBytesMax) }

    private var eagerKey: ServiceKey? { isStateEager ? running.invocation.head.stateKey : nil }

    /// The order, however much there is to read. `input` is the payload of the Input command where it is at hand.
    package func order(
        input: [UInt8]? = nil,
        from storage: any OpeningStorage
    ) throws(StorageError) -> AttemptOrder {
        try order(input: input, state: state(from: storage, bytesMax: settings.eagerStateBytesMax), from: storage)
    }

    /// The order if it takes little reading; `nil` if that is not for the core's thread.
    package func smallOrder(
        input: [UInt8]?,
        from storage: any OpeningStorage
    ) throws(StorageError) -> AttemptOrder? {
        guard running.invocation.journalBytes <= Self.inlineBytesMax else { return nil }
        let bytesMax = min(settings.eagerStateBytesMax, Self.inlineBytesMax)
        let state = try state(from: storage, bytesMax: bytesMax)
        guard state.isWhole || eagerKey == nil || bytesMax == settings.eagerStateBytesMax else { return nil }
        return try order(input: input, state: state, from: storage)
    }

    /// The command that tells a later turn what was read.
    package func command(readingFrom storage: any OpeningStorage) -> EngineCommand {
        do {
            return .opened(try order(from: storage))
        } catch {
            return unreadable("\(error)")
        }
    }

    /// The command for an opening that cannot be read: the attempt fails like one whose service is unreachable.
    package func unreadable(_ reason: String) -> EngineCommand {
        .attempt(attempt, .failed(.network("the journal cannot be read: \(reason)")))
    }

    private func order(
        input: [UInt8]?,
        state: (entries: [StateEntry], isWhole: Bool),
        from storage: any OpeningStorage
    ) throws(StorageError) -> AttemptOrder {
        let (invocation, attempt) = (running.invocation, running.attempt)
        let head = invocation.head
        let stored: [UInt8]?
        if let input { stored = input } else { stored = try storage.input(of: invocation.number) }
        guard let stored else { throw .refused("the input of invocation \(head.id) is not there") }
        let entries = invocation.journalLength - 1
        let rows = entries > 0 ? try storage.journal(of: invocation.number, from: 1, limit: entries) : []
        let start = StartMessage(
            id: head.id.bytes,
            debugID: head.id.description,
            knownEntries: UInt32(clamping: rows.count + 1),
            stateMap: state.entries,
            partialState: !state.isWhole,
            key: head.target.key ?? "",
            retryCountSinceLastStoredEntry: UInt32(clamping: invocation.attempt.retriesSinceLastEntry),
            durationSinceLastStoredEntryMilliseconds: UInt64(clamping: attempt.sinceLastEntry.milliseconds),
            randomSeed: head.randomSeed,
            idempotencyKey: head.idempotencyKey
        )
        var opening: [UInt8] = []
        opening.reserveCapacity(128 + stored.count + rows.reduce(0) { $0 + $1.payload.count + 8 })
        start.encode(version: attempt.protocolVersion).encode(into: &opening)
        MessageFrame(type: MessageType.inputCommand.rawValue, payload: stored).encode(into: &opening)
        for row in rows { row.frame.encode(into: &opening) }
        return AttemptOrder(
            attempt: attempt.id,
            invocation: head.id,
            deployment: deployment.id,
            address: deployment.address,
            httpVersion: deployment.httpVersion,
            additionalHeaders: deployment.additionalHeaders,
            keepsInputOpen: attempt.stream == .inputOpen,
            protocolVersion: attempt.protocolVersion,
            service: head.target.service,
            handler: head.target.handler,
            key: head.target.key,
            opening: opening,
            messageBytesMax: settings.messageBytesMax
        )
    }

    private func state(
        from storage: any OpeningStorage,
        bytesMax: Int
    ) throws(StorageError) -> (entries: [StateEntry], isWhole: Bool) {
        guard let eagerKey else { return ([], false) }
        return try storage.state(of: eagerKey, bytesMax: bytesMax)
    }
}

extension InvocationHead {
    /// Constant for the invocation, so that a replay draws the same numbers.
    package var randomSeed: UInt64 {
        if let inheritedSeed { return inheritedSeed }
        var entropy = Entropy(seed: id.high ^ id.low ^ id.partitionKey)
        return entropy.next()
    }
}
