import DurableModel
import Engine
import Glibc
import Store

/// What the machine can do, measured in the run whose numbers it stands beside.
struct MachineRates {
    /// A 4 KiB append with fdatasync, in microseconds: the middle one and the slow ones.
    var syncMicrosecondsP50: Double
    var syncMicrosecondsP99: Double
    /// Commits a second of one invocation's row each.
    var commitsPerSecond: Double
    /// Rows a second at 64 to a commit.
    var rowsPerSecond: Double

    private static let nanoseconds: UInt64 = 1_000_000_000
    private static let rowsPerCommit = 64

    init(directory: String) throws(BenchError) {
        let syncs = try Self.syncs(directory + "/syncs", for: Self.nanoseconds)
        syncMicrosecondsP50 = syncs.percentile(0.5)
        syncMicrosecondsP99 = syncs.percentile(0.99)
        do {
            let store = try SQLiteStore(directory: directory + "/store")
            var number: Int64 = 0
            commitsPerSecond = try Self.rows(in: store, each: 1, from: &number)
            rowsPerSecond = try Self.rows(in: store, each: Self.rowsPerCommit, from: &number)
        } catch {
            throw .failed("the store's rate could not be measured: \(error)")
        }
    }

    /// The machine's row, which stands above every measurement.
    var text: String {
        """
        machine: \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) processors; fdatasync of 4 KiB \
        p50 \(Table.fixed(syncMicrosecondsP50, 0)) us, p99 \(Table.fixed(syncMicrosecondsP99, 0)) us; store \
        \(Table.fixed(commitsPerSecond, 0)) commits/s of one row, \
        \(Table.fixed(rowsPerSecond, 0)) rows/s at 64 a commit
        """
    }

    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* nanoseconds &+ UInt64(time.tv_nsec)
    }

    private static func syncs(_ path: String, for duration: UInt64) throws(BenchError) -> LatencyHistogram {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("making \(path)", code: errno) }
        defer { close(descriptor) }
        let page = [UInt8](repeating: 0x5A, count: 4096)
        var histogram = LatencyHistogram()
        let end = now() + duration
        while now() < end {
            let start = now()
            guard write(descriptor, page, page.count) == page.count, fdatasync(descriptor) == 0 else {
                throw .system("writing \(path)", code: errno)
            }
            histogram.add(microseconds: (now() - start) / 1000)
        }
        return histogram
    }

    /// Rows a second, with so many rows a commit, for a second.
    private static func rows(in store: SQLiteStore, each: Int, from number: inout Int64) throws(StorageError) -> Double
    {
        let begin = number
        let start = now()
        while now() < start + nanoseconds {
            var writes = WriteSet()
            for _ in 0..<each {
                number += 1
                let write = row(number)
                writes.invocations[write.invocation.number] = write
            }
            try store.commit(writes)
        }
        return Double(number - begin) * Double(nanoseconds) / Double(now() - start)
    }

    private static func row(_ number: Int64) -> WriteSet.InvocationWrite {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        let number = InvocationNumber(rawValue: number)
        let head = InvocationHead(
            number: number,
            id: InvocationID(partitionKey: 1, createdAt: now, number: number, entropy: 1),
            hasDerivedID: false,
            target: Target(service: "Bench", key: nil, handler: "nothing"),
            serviceType: .service,
            handlerType: .plain,
            idempotencyKey: nil,
            invoker: .ingress,
            createdAt: now,
            completionRetention: .zero,
            journalRetention: .zero
        )
        let input = [UInt8](repeating: 0x20, count: 64)
        return WriteSet.InvocationWrite(
            invocation: Invocation(head: head, status: .ready, inputBytes: input.count),
            isNew: true,
            input: input
        )
    }
}
