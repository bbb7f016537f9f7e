import Glibc
import Logging
import Processes
import Systemd
import Testing

@Suite struct JournalSinkTests {
    @Test func recordBecomesTheJournalsFields() {
        let record = LogRecord(
            level: .warning,
            message: "a deployment cannot be reached",
            id: .deploymentUnreachable,
            fields: [.deployment("dp_1"), .error("refused\nMESSAGE=forged")],
            wallClockNanoseconds: 0,
            file: "Endpoints/Connection.swift",
            line: 42,
            function: "connect()"
        )
        #expect(
            JournalSink.fields(record) == [
                "MESSAGE=a deployment cannot be reached deployment=dp_1 error=\"refused\\nMESSAGE=forged\"",
                "PRIORITY=4",
                "CODE_FILE=Endpoints/Connection.swift",
                "CODE_LINE=42",
                "CODE_FUNC=connect()",
                "MESSAGE_ID=\(MessageID.deploymentUnreachable.rawValue)",
                "PERDURE_DEPLOYMENT=dp_1",
                "PERDURE_ERROR=refused\nMESSAGE=forged",
            ]
        )
    }

    @Test func ordinaryRecordHasNoMessageID() {
        let record = LogRecord(
            level: .info,
            message: "hello",
            id: nil,
            fields: [],
            wallClockNanoseconds: 0,
            file: "F",
            line: 1,
            function: "f"
        )
        #expect(JournalSink.fields(record).allSatisfy { !$0.hasPrefix("MESSAGE_ID") })
        // Without a journal on the machine it goes nowhere, and ends nothing.
        JournalSink().write([record])
    }

    @Test func journalIsKnownByDeviceAndInode() throws {
        var ends: [Int32] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        var status = stat()
        #expect(fstat(ends[0], &status) == 0)
        let (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
        #expect(JournalSink.isStream("\(device):\(inode)", descriptor: ends[0]))
        #expect(!JournalSink.isStream("\(device):\(inode)", descriptor: ends[1]), "redirected")
        #expect(!JournalSink.isStream("\(device):\(inode)", descriptor: -1))
        for text in [
            "", ":", "\(device)", "\(device):", ":\(inode)", "\(device):\(inode):", "\(device):\(inode + 1)", "a:b",
        ] {
            #expect(!JournalSink.isStream(text, descriptor: ends[0]), "\(text)")
        }
        close(ends[0])
        close(ends[1])
    }

    @Test func standardErrorIsComparedWithWhatWasAnnounced() throws {
        try inOwnProcess {
            unsetenv("JOURNAL_STREAM")
            #expect(!JournalSink.standardErrorIsJournal() && JournalSink.standard() is LineSink)
            var status = stat()
            #expect(fstat(2, &status) == 0)
            setenv("JOURNAL_STREAM", "\(status.st_dev):\(status.st_ino)", 1)
            #expect(JournalSink.standardErrorIsJournal() && JournalSink.standard() is JournalSink)
        }
    }
}
