import DurableModel

/// An operator's act on many invocations, a bounded step at a time.
extension Engine {
    /// How many bytes of journals one step may read or copy.
    private static let bulkBytesMax = 8 << 20

    mutating func operate(_ step: BulkStep, by actor: String, for request: RequestID) throws(StorageError) {
        let upTo = step.upTo ?? InvocationNumber(rawValue: memory.nextInvocationNumber - 1)
        var progress = BulkProgress(upTo: upTo)
        let filter = step.filter
        let usual = step.operation.usualStatuses(ofZombies: filter.isZombie)
        let statuses = filter.statuses.isEmpty ? usual : filter.statuses
        let page = try storage.invocations(in: statuses, after: step.after, upTo: upTo, limit: BulkStep.rowsMax)
        progress.next = page.count == BulkStep.rowsMax ? page.last : nil
        let numbers = withChanged(page, after: step.after, upTo: progress.next ?? upTo)
        var bytes = 0
        var tells = memory.inlineEffectsMax
        for (place, number) in numbers.enumerated() {
            let before = place == 0 ? step.after : numbers[place - 1]
            guard progress.matched < step.limit, bytes < Self.bulkBytesMax else {
                progress.next = before
                break
            }
            guard let invocation = try peek(number), statuses.contains(invocation.status),
                !invocation.isExpired(at: now), step.filter.matches(invocation, catalog: memory.catalog)
            else { continue }
            progress.matched += 1
            if step.isDryRun { continue }
            if step.operation.readsJournals { bytes += invocation.journalBytes }
            guard try carryOut(step.operation, on: invocation, tells: &tells, noting: &progress) else {
                progress.matched -= 1
                progress.next = before
                break
            }
        }
        if progress.succeeded + progress.refused.count > 0 {
            actions.append(
                .note(
                    .operatedMany(
                        step.operation,
                        succeeded: progress.succeeded,
                        refused: progress.refused.count,
                        actor: actor
                    )
                )
            )
        }
        answer(request, .bulk(progress))
    }

    /// The numbers of a page and those that this turn made or changed, in order.
    private func withChanged(
        _ page: [InvocationNumber],
        after: InvocationNumber,
        upTo: InvocationNumber
    ) -> [InvocationNumber] {
        let changed = writes.invocations.keys.filter { $0 > after && $0 <= upTo }
        return changed.isEmpty ? page : Set(page).union(changed).sorted()
    }

    /// False if it has only begun: the next step takes it up again.
    private mutating func carryOut(
        _ operation: InvocationOperation,
        on invocation: Invocation,
        tells: inout Int,
        noting progress: inout BulkProgress
    ) throws(StorageError) -> Bool {
        let id = invocation.head.id
        // Of a kill only the root: what it called is left to the outbox, which has a bound of its own.
        switch try carryOut(operation, on: invocation, killsMax: 1, tells: &tells) {
        case .done(let outcome):
            progress.succeeded += 1
            if case .restarted(let new) = outcome {
                progress.restarted.append(BulkProgress.Restarted(old: id, new: new))
            }
        case .begun: return false
        case .refused(let reason):
            progress.refused.append(BulkProgress.Refused(id: id, reason: reason))
        }
        return true
    }
}

extension InvocationOperation {
    /// Whether it reads or copies the journal.
    fileprivate var readsJournals: Bool {
        switch self {
        case .kill, .restartAsNew: true
        case .cancel, .pause, .resume, .purge, .purgeJournal: false
        }
    }
}
