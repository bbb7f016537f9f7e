import ControlProtocol
import DurableModel
import EventLoop
import Operations

/// Who waits for deployments to drain: one timer looks for all of them, and tells each what has changed.
final class DrainWatch {
    private struct Wait {
        let reply: ControlReplyHandle
        let id: String
        /// On the monotonic clock, in nanoseconds.
        let deadline: UInt64?
        var last: DrainReport
        var toldAt: UInt64
    }

    /// How many may wait at once: as many as there may be connections.
    static let waitsMax = 64
    /// How often the counts are looked at.
    private static let pollMilliseconds: UInt64 = 200
    /// How often a peer is told though nothing changes: only writing to it shows that it is gone.
    private static let repeatNanoseconds: UInt64 = 10_000_000_000

    private unowned let owner: ControlOperations
    private var waits: [Wait] = []
    private lazy var timer = LoopTimer(loop: owner.operations.runtime.loop) { [unowned self] in look() }

    init(owner: ControlOperations) { self.owner = owner }

    /// Answers at once if there is nothing to wait for.
    func add(_ parameters: WaitDeployment.Parameters, _ reply: ControlReplyHandle) throws(ControlError) {
        guard waits.count < Self.waitsMax else {
            throw ControlError(.tooManyRequests, "As many requests wait for deployments as may.", advice: "try again")
        }
        let report = try owner.drainReport(parameters.id)
        owner.notify(reply, method: DrainReport.method, report)
        let now = owner.operations.runtime.loop.monotonicNanoseconds
        let deadline = parameters.timeoutMilliseconds.map { now &+ UInt64(clamping: $0) &* 1_000_000 }
        waits.append(Wait(reply: reply, id: parameters.id, deadline: deadline, last: report, toldAt: now))
        look()
    }

    private func look() {
        let now = owner.operations.runtime.loop.monotonicNanoseconds
        waits = waits.compactMap { look(at: $0, now) }
        if !waits.isEmpty { timer.schedule(afterMilliseconds: Self.pollMilliseconds) }
    }

    /// The wait as it goes on, or nil once it is over.
    private func look(at wait: Wait, _ now: UInt64) -> Wait? {
        guard owner.isAwaited(wait.reply) else { return nil }
        var wait = wait
        do throws(ControlError) {
            let report = try owner.drainReport(wait.id)
            if report != wait.last || now &- wait.toldAt >= Self.repeatNanoseconds {
                owner.notify(wait.reply, method: DrainReport.method, report)
                wait.toldAt = now
            }
            wait.last = report
        } catch {
            owner.answer(wait.reply, error: error)
            return nil
        }
        let isDrained = wait.last.status == .drained
        guard isDrained || wait.deadline.map({ now >= $0 }) ?? false else { return wait }
        let result = WaitDeployment.Result(id: wait.id, isDrained: isDrained, progress: wait.last)
        owner.answer(wait.reply, long: result)
        return nil
    }
}

extension ControlOperations {
    /// How far a deployment is from being drained.
    func drainReport(_ id: String) throws(ControlError) -> DrainReport {
        do {
            let progress = try operations.drainProgress(id)
            return DrainReport(
                status: DeploymentStatus(progress.status),
                serving: progress.serving,
                unfinishedInvocations: progress.total,
                work: progress.work.compactMap { work in
                    InvocationStatus(rawValue: work.status.name).map { status in
                        WorkReport(
                            service: work.service,
                            handler: work.handler,
                            status: status,
                            count: work.count,
                            isPinned: work.isPinned
                        )
                    }
                }
            )
        } catch {
            throw ControlError(error)
        }
    }
}
