import DurableModel
import Registry
import ServiceProtocol

/// Changes of a key's state by operators: in line with the exclusive invocations of the key, and only of the state that they
/// were made for.
extension Engine {
    mutating func patchState(_ patch: StatePatch, by actor: String, for request: RequestID) throws(StorageError) {
        if let service = memory.catalog.service(named: patch.key.service) {
            guard service.type.isKeyed else { return answer(request, .refused(.statelessService(service.type))) }
        } else if !patch.newState.isEmpty {
            // What a removed service left behind can be cleared.
            return answer(request, .refused(.routing(.unknownService(patch.key.service))))
        }
        if let current = try conflict(with: patch) {
            return answer(request, .refused(.stateConflict(patch.key, current: current)))
        }
        guard try lockHolder(of: patch.key) != nil else {
            apply(patch, by: actor)
            return answer(request, .statePatched(isQueued: false))
        }
        guard try hasRoom(forPatchOf: patch.key) else { return answer(request, .refused(.tooManyPatches(patch.key))) }
        let sequence = takeInboxSequence()
        let entry = InboxEntry(key: patch.key, sequence: sequence, invocation: InboxEntry.patchNumber)
        writes.addedInbox.append(entry)
        queued[patch.key, default: []].append(entry)
        writes.addedPatches[sequence] = QueuedStatePatch(sequence: sequence, patch: patch, actor: actor)
        answer(request, .statePatched(isQueued: true))
    }

    /// How many changes may wait for one key, and for all keys together. Each may hold a whole state of many megabytes.
    package static let patchesOfKeyMax = 16
    package static let patchesMax = 1_024

    private func hasRoom(forPatchOf key: ServiceKey) throws(StorageError) -> Bool {
        let stored = try storage.statePatchCounts(of: key)
        let added = writes.addedPatches.values.lazy.filter { $0.patch.key == key }.count
        return stored.ofKey + added < Self.patchesOfKeyMax
            && stored.all + writes.addedPatches.count < Self.patchesMax
    }

    /// Applies a change whose turn in the inbox has come; one that was made for another state is dropped.
    mutating func applyQueuedPatch(_ entry: InboxEntry) throws(StorageError) {
        let queued: QueuedStatePatch?
        if let added = writes.addedPatches.removeValue(forKey: entry.sequence) {
            queued = added
        } else {
            queued = try storage.statePatch(entry.sequence)
            writes.removedPatches.append(entry.sequence)
        }
        guard let queued else { return }
        if try conflict(with: queued.patch) == nil {
            apply(queued.patch, by: queued.actor)
        } else {
            actions.append(.note(.statePatchDropped(entry.key, actor: queued.actor)))
        }
    }

    private mutating func apply(_ patch: StatePatch, by actor: String) {
        var write = WriteSet.StateWrite()
        write.clearsAll = true
        write.values = patch.newState.mapValues { .some($0) }
        writes.state[patch.key] = write
        actions.append(.note(.statePatched(patch.key, actor: actor)))
    }

    /// The version that the state has, if the patch was made for another one.
    private func conflict(with patch: StatePatch) throws(StorageError) -> [UInt8]? {
        guard let expected = patch.expectedVersion else { return nil }
        let current = StateVersion.digest(of: try stateEntries(of: patch.key))
        return current == expected ? nil : current
    }

    /// The whole state of a key as it is at this point of the turn.
    private func stateEntries(of key: ServiceKey) throws(StorageError) -> [StateEntry] {
        let write = writes.state[key]
        var entries: [StateEntry] = []
        if !(write?.clearsAll ?? false) {
            entries = try storage.state(of: key, bytesMax: .max).entries
            if let changed = write?.values { entries.removeAll { changed[$0.key] != nil } }
        }
        for (name, value) in write?.values ?? [:] {
            if let value { entries.append(StateEntry(key: name, value: value)) }
        }
        return entries
    }
}

/// A change of a key's state that waits in the key's inbox.
package struct QueuedStatePatch: Sendable, Hashable {
    /// Of its place in the inbox.
    package let sequence: Int64
    package let patch: StatePatch
    /// Who asked for it.
    package let actor: String

    package init(sequence: Int64, patch: StatePatch, actor: String) {
        self.sequence = sequence
        self.patch = patch
        self.actor = actor
    }
}

extension InboxEntry {
    /// Stands for a change of the state in the place of an invocation; no invocation has it.
    package static let patchNumber = InvocationNumber(rawValue: 0)

    /// Whether it is the place of a change of the state.
    package var isPatch: Bool { invocation == Self.patchNumber }
}
