import ControlProtocol
import EventLoop
import Glibc
import Logging

/// One worker process and the query it is at.
final class QueryProcess: ByteStreamDelegate {
    private unowned let owner: QueryWorkers
    private var stream: ByteStream
    private var child: ChildProcess?
    private var decoder = ControlFrameDecoder(bytesMax: ControlFrame.answerBytesMax)
    private var job: QueryWorkers.Job?
    private var deadline: LoopTimer?
    private var wasKilled = false

    init(_ owner: QueryWorkers) throws(EventLoopError) {
        self.owner = owner
        let (ours, theirs) = try EventLoop.socketPair()
        stream = try ByteStream(loop: owner.loop, adopting: ours)
        do {
            child = try owner.loop.spawn(
                path: owner.program,
                arguments: owner.arguments,
                environment: [],
                passing: [theirs],
                onExit: { _ in }
            )
        } catch {
            Glibc.close(theirs)
            stream.close()
            throw error
        }
        Glibc.close(theirs)
        stream.delegate = self
        deadline = LoopTimer(loop: owner.loop) { [unowned self] in kill() }
    }

    var isIdle: Bool { job == nil }
    var isAtOwnQuery: Bool { job?.isOwn ?? false }

    func begin(_ job: QueryWorkers.Job) {
        let frame: [UInt8]
        do {
            frame = try ControlCodec.request(id: .number(1), method: QueryWorker.queryMethod, job.query)
        } catch {
            return job.finish(.failure(.refused(ControlError(error))))
        }
        self.job = job
        stream.write(frame)
        stream.flush()
        deadline?.schedule(
            afterMilliseconds: UInt64(
                clamping: job.query.deadlineMilliseconds + owner.limits.killAfterMilliseconds
            )
        )
    }

    private func kill() {
        wasKilled = true
        owner.logger.log(
            .warning,
            "a query was killed at its deadline",
            id: .queryWorkerEnded,
            [.durationMilliseconds(Int64(owner.limits.deadlineMilliseconds))]
        )
        end()
    }

    // MARK: Answers

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        decoder.append(bytes)
        do {
            while let payload = try decoder.next() { take(try ControlAnswer(payload: payload)) }
        } catch {
            end()
        }
    }

    private func take(_ answer: ControlAnswer) {
        switch answer {
        case .notification(_, let payload):
            guard let batch = try? payload.parameters(QueryWorker.Batch.self) else { return end() }
            job?.onBatch(batch)
        case .result(_, let payload):
            guard let summary = try? payload.result(QueryWorker.Summary.self) else { return end() }
            finish(.success(summary))
        case .failure(_, let error):
            finish(.failure(.refused(error)))
        }
    }

    private func finish(_ result: Result<QueryWorker.Summary, QueryError>) {
        deadline?.cancel()
        let finished = job
        job = nil
        finished?.finish(result)
        owner.becameIdle()
    }

    func byteStreamEnded(_ stream: ByteStream) { end() }
    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { end() }
    func byteStreamDrained(_ stream: ByteStream) {}

    /// The worker is gone, or has to go: whoever waits for it is told why.
    private func end() {
        let failed = job
        job = nil
        close()
        owner.ended(self)
        failed?.finish(
            .failure(wasKilled ? .deadline(milliseconds: owner.limits.deadlineMilliseconds) : .workerEnded)
        )
    }

    func close() {
        job?.finish(.failure(.stopping))
        job = nil
        deadline?.close()
        deadline = nil
        child?.kill(SIGKILL)
        child = nil
        stream.close()
    }
}
