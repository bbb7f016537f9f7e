import Glibc
import Logging
import Testing

@Suite struct LineSinkTests {
    private func record(_ level: LogLevel, _ fields: [LogField], at nanoseconds: Int64 = 0) -> LogRecord {
        LogRecord(
            level: level,
            message: "something happened",
            id: nil,
            fields: fields,
            wallClockNanoseconds: nanoseconds,
            file: "F",
            line: 1,
            function: "f"
        )
    }

    @Test func lineHasTimeLevelMessageAndFields() {
        let line = LineSink.line(
            record(.warning, [.invocation("inv_1a"), .attempt(2), .error("it broke")], at: 1_764_007_629_012_999_999)
        )
        #expect(
            line
                == "2025-11-24T18:07:09.012Z WARNING something happened invocation=inv_1a attempt=2 error=\"it broke\"\n"
        )
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
        (4_102_444_799_999_000_000, "2099-12-31T23:59:59.999Z"),
    ])
    func timesAreInUTC(nanoseconds: Int64, expected: String) {
        #expect(LineSink.line(record(.info, [], at: nanoseconds)) == "\(expected) INFO something happened\n")
    }

    @Test(arguments: [
        ("plain/word-1.2:3", "plain/word-1.2:3"), ("", "\"\""), ("two words", "\"two words\""), ("a=b", "\"a=b\""),
        ("say \"hi\"", "\"say \\\"hi\\\"\""), ("back\\slash", "\"back\\\\slash\""), ("\n\r\t", "\"\\n\\r\\t\""),
        ("\0\u{1B}[31m\u{7F}", "\"\\u{0}\\u{1b}[31m\\u{7f}\""), ("umläut", "\"umläut\""),
        ("\u{202E}turn\u{2028}", "\"\\u{202e}turn\\u{2028}\""),
    ])
    func valuesCannotEndTheLineOrHide(value: String, expected: String) {
        let line = LineSink.line(record(.info, [.error(value)]))
        #expect(line.hasSuffix(" error=\(expected)\n"))
        #expect(line.filter { $0 == "\n" }.count == 1)
    }

    @Test func linesAreWrittenToTheDescriptor() {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let sink = LineSink(descriptor: ends[1])
        sink.write([record(.info, []), record(.error, [.count(1)])])
        close(ends[1])
        var buffer = [UInt8](repeating: 0, count: 1000)
        let count = read(ends[0], &buffer, buffer.count)
        close(ends[0])
        #expect(
            String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
                == "1970-01-01T00:00:00.000Z INFO something happened\n1970-01-01T00:00:00.000Z ERROR something happened count=1\n"
        )
    }

    @Test func readerThatWentAwayEndsNothing() {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        // On its own thread, as in the daemon: there the signal that would end the process is blocked.
        let logger = Logger.threaded(LineSink(descriptor: ends[1]))
        logger.info("into the void")
        logger.shutDown()
        close(ends[1])
    }
}
