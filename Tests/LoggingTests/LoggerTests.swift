import Glibc
import Logging
import Synchronization
import Testing

@Suite struct LoggerTests {
    @Test func recordsCarryWhatWasLoggedAndWhere() throws {
        let sink = CollectingSink()
        let logger = Logger.direct(sink)
        let before = Int64(time(nil)) * 1_000_000_000
        logger.warning("a deployment cannot be reached", id: .deploymentUnreachable, [.deployment("dp_1"), .count(3)])
        let record = try #require(sink.records.first)
        #expect(sink.records.count == 1)
        #expect(record.level == .warning && record.id == .deploymentUnreachable)
        #expect(record.message.description == "a deployment cannot be reached")
        #expect(record.fields == [.deployment("dp_1"), .count(3)])
        #expect(record.file.description == "LoggingTests/LoggerTests.swift" && record.line == 11)
        #expect(record.function.description == "recordsCarryWhatWasLoggedAndWhere()")
        #expect(record.wallClockNanoseconds >= before)
    }

    @Test(arguments: LogLevel.allCases)
    func onlyLevelsFromTheThresholdOnAreLogged(threshold: LogLevel) {
        let sink = CollectingSink()
        let logger = Logger.direct(sink, level: threshold)
        logger.debug("debug")
        logger.info("info")
        logger.notice("notice")
        logger.warning("warning")
        logger.error("error")
        #expect(sink.records.map(\.level) == LogLevel.allCases.filter { $0 >= threshold })
        #expect(sink.messages == sink.records.map(\.level.rawValue))
        for level in LogLevel.allCases { #expect(logger.isEnabled(level) == (level >= threshold)) }
    }

    @Test func fieldsOfALevelThatIsOffAreNotMade() {
        let made = Atomic(0)
        func field() -> LogField {
            made.add(1, ordering: .relaxed)
            return .count(1)
        }
        let sink = CollectingSink()
        let logger = Logger.direct(sink)
        logger.debug("off", [field()])
        logger.log(.debug, "off", [field()])
        Logger.disabled.error("nobody listens", [field()])
        #expect(made.load(ordering: .relaxed) == 0 && sink.records.isEmpty)
        logger.info("on", [field()])
        #expect(made.load(ordering: .relaxed) == 1)
    }

    @Test func levelChangesForAllCopies() {
        let sink = CollectingSink()
        let logger = Logger.direct(sink)
        let copy = logger
        logger.level = .debug
        #expect(copy.level == .debug)
        copy.debug("now on")
        #expect(sink.messages == ["now on"])
    }

    @Test func levelsCompareByWeight() {
        #expect(LogLevel.allCases == LogLevel.allCases.sorted())
        #expect(LogLevel.allCases.map(\.priority) == [7, 6, 5, 4, 3])
        #expect(LogLevel(rawValue: "loud") == nil)
    }
}

@Suite struct LogRingTests {
    @Test func recordsArriveInOrderAndFlushWaitsForThem() {
        let sink = CollectingSink()
        let logger = Logger.threaded(sink, capacity: 10_000)
        for number in 0..<2000 { logger.info("numbered", [.count(Int64(number))]) }
        logger.flush()
        #expect(sink.records.map(\.fields) == (0..<2000).map { [.count(Int64($0))] })
        logger.shutDown()
        logger.shutDown()
        logger.flush()
    }

    @Test func shutdownWritesWhatIsWaitingAndDropsWhatComesLater() {
        let sink = CollectingSink()
        let logger = Logger.threaded(sink)
        for _ in 0..<100 { logger.info("before") }
        logger.shutDown()
        logger.info("after")
        logger.flush()
        #expect(sink.messages == Array(repeating: "before", count: 100))
    }

    @Test func whatDoesNotFitIsDroppedCountedAndReported() throws {
        let sink = GatedSink()
        let logger = Logger.threaded(sink, capacity: 3)
        logger.info("first")
        sink.waitUntilWriting()  // The thread is in the sink with the first record and takes no more.
        for _ in 0..<10 { logger.info("then") }
        sink.open()
        logger.flush()
        let report = try #require(sink.collected.records.first { $0.id == .recordsDropped })
        #expect(report.level == .warning && report.fields == [.count(7)])
        #expect(sink.collected.messages.filter { $0 == "then" }.count == 3)
        logger.info("later")
        logger.shutDown()
        #expect(sink.collected.messages.last == "later")
        #expect(sink.collected.records.filter { $0.id == .recordsDropped }.count == 1, "reported once")
    }

    @Test func manyThreadsMayLog() {
        let sink = CollectingSink()
        let logger = Logger.threaded(sink, capacity: 100_000)
        var threads: [pthread_t] = []
        for _ in 0..<4 {
            var thread = pthread_t()
            let context = Unmanaged.passRetained(Box(logger)).toOpaque()
            pthread_create(
                &thread,
                nil,
                { context in
                    guard let context else { return nil }
                    let logger = Unmanaged<Box>.fromOpaque(context).takeRetainedValue().logger
                    for _ in 0..<500 { logger.info("from a thread") }
                    return nil
                },
                context
            )
            threads.append(thread)
        }
        for thread in threads { pthread_join(thread, nil) }
        logger.shutDown()
        #expect(sink.records.count == 2000)
    }
}

private final class Box {
    let logger: Logger
    init(_ logger: Logger) { self.logger = logger }
}

/// A sink that stands still in its first write until it is opened.
private final class GatedSink: LogSink {
    let collected = CollectingSink()
    private let entered = Gate()
    private let released = Gate()

    func write(_ records: [LogRecord]) {
        entered.open()
        released.wait()
        collected.write(records)
    }

    func waitUntilWriting() { entered.wait() }
    func open() { released.open() }
}

/// Opens once. `@unchecked Sendable`: a POSIX semaphore is made for several threads.
private final class Gate: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func open() { sem_post(semaphore) }

    func wait() {
        while sem_wait(semaphore) != 0 {}
        sem_post(semaphore)
    }
}
