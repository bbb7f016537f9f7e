import DurableModel
import Engine

/// How begun attempts get what they begin with: small openings at once, large ones by reads away from the core.
extension Partition {
    /// Makes the order for a begun attempt, or lets it wait until its opening may be read. One that cannot be read fails like
    /// an attempt whose service is unreachable.
    mutating func open(_ running: RunningInvocation, input: [UInt8]?, into actions: inout [Action]) {
        let attempt = running.attempt.id
        guard let opening = Opening(of: running, catalog: memory.catalog, settings: memory.settings) else {
            let reason = "the deployment was removed before the attempt began"
            return submit(.attempt(attempt, .failed(.network(reason))), from: .attempt(attempt))
        }
        do {
            if let order = try opening.smallOrder(input: input, from: storage) {
                actions.append(.start(order))
            } else {
                openings.append(attempt, of: opening.deploymentID, bytes: opening.bytes)
            }
        } catch {
            submit(opening.unreadable("\(error)"), from: .attempt(attempt))
        }
    }

    /// Asks for the large openings that there is room for, as they are after this turn.
    mutating func readLargeOpenings(at now: Timestamp, into actions: inout [Action]) {
        while let attempt = openings.takeNext(bytesMax: limits.openingBytes, at: now) {
            guard let number = memory.work.numberOfAttempt[attempt], let running = memory.work.running[number] else {
                continue
            }
            if let opening = Opening(of: running, catalog: memory.catalog, settings: memory.settings) {
                actions.append(.read(opening))
            } else {
                let reason = "the deployment was removed before the attempt began"
                submit(.attempt(attempt, .failed(.network(reason))), from: .attempt(attempt))
            }
        }
    }

    /// The endpoint has taken all of an attempt's opening: there is room for others.
    package mutating func openingLeft(_ attempt: AttemptID) {
        openings.left(attempt)
    }
}
