import DurableModel
import Registry
import ServiceProtocol

/// Restarting as new: another invocation with the same input, and if wanted the first entries, of one that is over.
extension Engine {
    /// How many bytes of input and entries one restart may copy: it all passes through one turn.
    static let restartBytesMax = 64 << 20

    mutating func restart(
        _ origin: Invocation,
        from index: Int,
        on choice: DeploymentChoice
    ) throws(StorageError) -> Result<OperationOutcome, OperationRefusal> {
        switch origin.status {
        case .scheduled, .inboxed: return .failure(.notStarted)
        case .ready, .running, .backingOff, .suspended, .paused: return .failure(.stillRunning)
        case .completed: break
        }
        if origin.head.handlerType == .workflowRun { return .failure(.workflow) }
        guard !origin.journalIsGone, let input = try input(of: origin) else { return .failure(.inputGone) }
        let pin: Pin?
        switch restartPin(of: origin, choice) {
        case .success(let chosen): pin = chosen
        case .failure(let reason): return .failure(reason)
        }
        let prefix: JournalPrefix
        switch try restartPrefix(of: origin, upTo: index) {
        case .success(let rows): prefix = rows
        case .failure(let reason): return .failure(reason)
        }
        let bytes = input.count + prefix.bytes
        guard bytes <= Self.restartBytesMax else {
            return .failure(.tooLarge(bytes: bytes, bytesMax: Self.restartBytesMax))
        }
        let id = try createRestart(of: origin, input: input, prefix: prefix, pin: pin)
        return .success(.restarted(id))
    }

    private func input(of invocation: Invocation) throws(StorageError) -> [UInt8]? {
        if let write = writes.invocations[invocation.number], write.isNew { return write.input }
        return try storage.input(of: invocation.number)
    }

    /// Where the new invocation is pinned: its protocol version is the old one's, since clients of a version may lack what
    /// another one's journal says. One that never started was never pinned.
    private func restartPin(of origin: Invocation, _ choice: DeploymentChoice) -> Result<Pin?, OperationRefusal> {
        if let pin = origin.pin { return chosen(choice, for: origin.head, pin: pin).map { Pin?.some($0) } }
        guard case .explicit(let id) = choice else { return .success(nil) }
        guard let deployment = memory.catalog.deployment(id) else { return .failure(.deploymentUnknown(id)) }
        guard has(deployment, origin.head) else { return .failure(.handlerMissing(id, origin.head.target)) }
        // Without a common version the first attempt says so.
        return .success(
            deployment.protocolVersion(for: memory.settings).map { Pin(deployment: id, protocolVersion: $0) }
        )
    }

    // MARK: The prefix

    /// The entries that the new invocation begins with, without the input.
    private struct JournalPrefix {
        var rows: [JournalRow] = []
        var commandCount = 0

        var bytes: Int { rows.reduce(0) { $0 + $1.payload.count } }
    }

    private func restartPrefix(
        of origin: Invocation,
        upTo index: Int
    ) throws(StorageError) -> Result<JournalPrefix, OperationRefusal> {
        guard index != 0 else { return .success(JournalPrefix()) }
        guard index > 0, index < origin.journalLength else { return .failure(.prefixOpen) }
        let version = origin.pin?.protocolVersion ?? 0
        guard version >= OperationRefusal.prefixProtocolVersionMin else {
            return .failure(.prefixUnsupported(protocolVersion: version))
        }
        guard origin.journalBytes <= Self.restartBytesMax else {
            return .failure(.tooLarge(bytes: origin.journalBytes, bytesMax: Self.restartBytesMax))
        }
        return try prefix(of: try journal(of: origin), upTo: index).map { .success($0) } ?? .failure(.prefixOpen)
    }

    /// The entries up to `index` and, behind them, what completes their commands; `nil` if a command is not complete.
    private func prefix(of journal: [JournalRow], upTo index: Int) throws(StorageError) -> JournalPrefix? {
        var prefix = JournalPrefix()
        var open: Set<UInt32> = []
        for row in journal {
            let type = MessageType(rawValue: row.type)
            if type.isNotification {
                guard let notification = try? Notification.decode(row.frame) else { throw .undecodable(row) }
                var isAwaited = false
                if case .completion(let id) = notification.id { isAwaited = open.remove(id) != nil }
                guard row.index <= index || isAwaited else { continue }
            } else {
                guard row.index <= index else { continue }
                guard let command = try? Command.decode(row.frame) else { throw .undecodable(row) }
                // What has its result is not to be run again.
                if type == .outputCommand { return nil }
                for (id, _) in command.completionIDs { open.insert(id) }
                prefix.commandCount += 1
            }
            prefix.rows.append(row)
        }
        return open.isEmpty ? prefix : nil
    }

    // MARK: The new invocation

    private mutating func createRestart(
        of origin: Invocation,
        input: [UInt8],
        prefix: JournalPrefix,
        pin: Pin?
    ) throws(StorageError) -> InvocationID {
        let number = takeInvocationNumber()
        let head = restartHead(of: origin.head, number: number, keepsSeed: !prefix.rows.isEmpty)
        var invocation = Invocation(head: head, status: .ready, inputBytes: input.count)
        invocation.pin = pin
        writes.invocations[number] = WriteSet.InvocationWrite(invocation: invocation, isNew: true, input: input)
        countNew(invocation)
        if !prefix.rows.isEmpty {
            let now = now
            writes.journal[number] = prefix.rows.enumerated().map { place, row in
                JournalRow(index: place + 1, type: row.type, payload: row.payload, appendedAt: now)
            }
            modify(number) {
                $0.journalLength += prefix.rows.count
                $0.commandCount += prefix.commandCount
                $0.journalBytes += prefix.bytes
            }
        }
        try queueOrReady(number)
        return head.id
    }

    private mutating func restartHead(
        of origin: InvocationHead,
        number: InvocationNumber,
        keepsSeed: Bool
    ) -> InvocationHead {
        InvocationHead(
            number: number,
            id: InvocationID(
                partitionKey: origin.id.partitionKey,
                createdAt: now,
                number: number,
                entropy: UInt32(truncatingIfNeeded: memory.entropy.next())
            ),
            hasDerivedID: false,
            target: origin.target,
            serviceType: origin.serviceType,
            handlerType: origin.handlerType,
            idempotencyKey: nil,
            invoker: .restart(of: origin.id),
            createdAt: now,
            completionRetention: origin.completionRetention,
            journalRetention: origin.journalRetention,
            inheritedSeed: keepsSeed ? origin.randomSeed : nil
        )
    }
}

extension StorageError {
    /// A row of a journal cannot be read.
    fileprivate static func undecodable(_ row: JournalRow) -> StorageError {
        .refused("journal row \(row.index) of type \(MessageType(rawValue: row.type).wireName) does not decode")
    }
}
