import DurableModel
import Registry
import ServiceProtocol

/// What an attempt begins with: the Start message and the journal, read after the commit that began it.
package enum Opening {
    /// The order for an attempt that a committed turn began. `input` is the payload of the Input command where it is at
    /// hand; otherwise it is read.
    package static func order(
        for running: RunningInvocation,
        input: [UInt8]?,
        catalog: Catalog,
        settings: Settings,
        storage: any EngineStorage
    ) throws(StorageError) -> AttemptOrder? {
        let (invocation, attempt) = (running.invocation, running.attempt)
        let head = invocation.head
        guard let pin = invocation.pin, let deployment = catalog.deployment(pin.deployment) else { return nil }
        let stored: [UInt8]?
        if let input { stored = input } else { stored = try storage.input(of: invocation.number) }
        guard let stored else { throw .refused("the input of invocation \(head.id) is not there") }
        let options = catalog.effectiveOptions(
            on: pin.deployment,
            service: head.target.service,
            handler: head.target.handler,
            settings: settings
        )
        let rows =
            invocation.journalLength > 1
            ? try storage.journal(of: invocation.number, from: 1, limit: .max) : []
        let state = try state(of: head, options: options, settings: settings, storage: storage)
        let start = StartMessage(
            id: head.id.bytes,
            debugID: head.id.description,
            knownEntries: UInt32(clamping: rows.count + 1),
            stateMap: state.entries,
            partialState: !state.isWhole,
            key: head.target.key ?? "",
            retryCountSinceLastStoredEntry: UInt32(clamping: invocation.attempt.retriesSinceLastEntry),
            durationSinceLastStoredEntryMilliseconds: UInt64(attempt.sinceLastEntry.milliseconds),
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

    private static func state(
        of head: InvocationHead,
        options: EffectiveOptions,
        settings: Settings,
        storage: any EngineStorage
    ) throws(StorageError) -> (entries: [StateEntry], isWhole: Bool) {
        guard let key = head.stateKey, !options.enableLazyState, settings.eagerStateBytesMax > 0 else {
            return ([], false)
        }
        return try storage.state(of: key, bytesMax: settings.eagerStateBytesMax)
    }
}

extension InvocationHead {
    /// Constant for the invocation, so that a replay draws the same numbers.
    package var randomSeed: UInt64 {
        var entropy = Entropy(seed: id.high ^ id.low ^ id.partitionKey)
        return entropy.next()
    }
}
