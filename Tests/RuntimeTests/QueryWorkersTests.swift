import ControlProtocol
import EventLoop
import Glibc
import Logging
import Runtime
import Testing

/// Programs that are no query workers stand for workers that fail in each way; real ones are tested with the daemon.
@Suite(.serialized) struct QueryWorkersTests {
    @Test func aWorkerThatDiesFailsItsQueryOnly() throws {
        #expect(try outcome(of: "/bin/false") == .workerEnded)
    }

    @Test func aProgramThatIsNotThereIsUnavailable() throws {
        guard case .unavailable = try outcome(of: "/nonexistent/perdured-query") else {
            Issue.record("a missing program was started")
            return
        }
    }

    @Test func aWorkerThatNeverAnswersIsKilledAtItsDeadline() throws {
        #expect(try outcome(of: "/bin/sleep", arguments: ["3600"]) == .deadline(milliseconds: 20))
    }

    @Test func queriesBeyondTheQueueAreRefused() throws {
        let loop = try EventLoop()
        var limits = QueryLimits()
        limits.workersMax = 1
        limits.waitingMax = 1
        let workers = QueryWorkers(
            loop: loop,
            program: "/bin/sleep",
            arguments: ["3600"],
            limits: limits,
            logger: .disabled
        )
        var failures: [QueryError] = []
        for _ in 0..<3 {
            workers.run(sql: "SELECT 1", rowsMax: nil, format: .json, onBatch: { _ in }) { result in
                if case .failure(let error) = result { failures.append(error) }
            }
        }
        #expect(failures == [.busy])
        workers.close()
        #expect(failures == [.busy, .stopping, .stopping])
        closeWithoutZombies(loop, program: "sleep")
    }

    private func outcome(of program: String, arguments: [String] = []) throws -> QueryError? {
        let loop = try EventLoop()
        var limits = QueryLimits()
        limits.deadlineMilliseconds = 20
        limits.killAfterMilliseconds = 20
        let workers = QueryWorkers(
            loop: loop,
            program: program,
            arguments: arguments,
            limits: limits,
            logger: .disabled
        )
        var failure: QueryError?
        workers.run(sql: "SELECT 1", rowsMax: nil, format: .json, onBatch: { _ in }) { result in
            if case .failure(let error) = result { failure = error }
        }
        while failure == nil { loop.runOnce(wait: true) }
        workers.close()
        closeWithoutZombies(loop, program: String(program.split(separator: "/").last ?? ""))
        return failure
    }

    /// Runs the loop until it has reaped the children it started: a zombie would outlive the loop, and the exit tests of
    /// other suites wait for any child of this process.
    private func closeWithoutZombies(_ loop: EventLoop, program: String) {
        let timer = LoopTimer(loop: loop) {}
        while Self.hasChild(named: program) {
            timer.schedule(afterMilliseconds: 5)
            loop.runOnce(wait: true)
        }
        timer.close()
        loop.close()
    }

    /// Whether this process has a child of that name, a zombie or not.
    private static func hasChild(named name: String) -> Bool {
        guard let directory = opendir("/proc") else { return false }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let pid = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard Int(pid) != nil, let file = fopen("/proc/\(pid)/stat", "r") else { continue }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 256)
            guard fgets(&line, 256, file) != nil else { continue }
            let text = line.withUnsafeBufferPointer { buffer in
                String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
            let fields = text.split(separator: " ")
            if fields.count > 3, fields[1] == "(\(name))", fields[3] == "\(getpid())" { return true }
        }
        return false
    }
}
