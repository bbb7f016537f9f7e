import FoundationEssentials
import Testing

extension EndToEnd {
    /// Payloads of many megabytes: they arrive whole, and hold up nobody.
    @Suite(.serialized)
    struct LargePayloadTests {
        private static let bytesMax = 32 << 20
        private let binary = ["content-type": "application/octet-stream"]

        /// So many bytes, every part of them different.
        private func body(_ bytes: Int) -> [UInt8] {
            var body: [UInt8] = []
            body.reserveCapacity(bytes)
            let block = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            while body.count < bytes {
                withUnsafeBytes(of: UInt64(body.count)) { body.append(contentsOf: $0) }
                body.append(contentsOf: block.prefix(bytes - body.count))
            }
            return Array(body.prefix(bytes))
        }

        /// Counts rows of the database with Python, on a connection of its own.
        private func count(_ house: House, _ table: String) throws -> Int {
            let script = """
                import sqlite3, sys
                database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
                print(database.execute(f"SELECT count(*) FROM {sys.argv[2]}").fetchone()[0])
                """
            let output = "\(house.directory)/count-\(table)-\(UUID().uuidString)"
            let process = try ChildProcess(
                Prerequisites.python,
                ["-c", script, house.dataDirectory + "/perdure.db", table],
                environment: ["PATH": "/usr/bin:/bin"],
                outputPath: output
            )
            _ = try process.wait(seconds: 20)
            guard let count = Int(process.output.split(whereSeparator: \.isNewline).first ?? "") else {
                throw HarnessError("cannot count \(table): \(process.output)")
            }
            return count
        }

        @Test func aBodyOf31MiBComesBackWhole() throws {
            let house = try House()
            try house.register()
            let sent = body(31 << 20)
            let answer = try house.ingress.exchange("POST", "/Plain/mirror", headers: binary, body: sent)
            #expect(answer.status == 200)
            #expect(answer.body == sent)
            #expect(try count(house, "staged_payloads") == 0)
        }

        @Test func aBodyAboveTheLimitIsRefused() throws {
            let house = try House()
            try house.register()
            let answer = try house.ingress.exchange(
                "POST",
                "/Plain/mirror",
                headers: binary,
                body: body(Self.bytesMax + 1)
            )
            #expect(answer.status == 413)
            house.expectServing()
        }

        @Test func longResultsOfStepsAtOnceAreRecordedWhileOthersAreServed() throws {
            let house = try House()
            try house.register()
            let calls = try (0..<4).map { _ in
                try house.ingress.open(
                    "POST",
                    "/Plain/bulk",
                    headers: ["content-type": "application/json"],
                    body: Array(#"{"parts":5,"bytes":1000000}"#.utf8)
                )
            }
            for _ in 0..<20 { #expect(try house.call("/Plain/echo", #"{"a":1}"#) == #"{"a": 1}"#) }
            for call in calls {
                let answer = try HTTPPort.answer(on: call)
                #expect(answer.status == 200 && answer.text == "5000000")
            }
            #expect(try count(house, "staged_payloads") == 0)
        }

        @Test func aKillWhileABodyIsStagedLeavesNothingOfItAndAllThatWasAccepted() throws {
            let house = try House()
            try house.register()
            let sent = body(3 << 20)
            let key = ["idempotency-key": "i"]
            let first = try house.ingress.exchange(
                "POST",
                "/Plain/mirror",
                headers: binary.merging(key) { $1 },
                body: sent
            )
            #expect(first.status == 200)
            let chunks = try count(house, "payload_chunks")
            let sockets = try (0..<4).map { _ in
                try house.ingress.open("POST", "/Plain/mirror/send", headers: binary, body: body(30 << 20))
            }
            try eventually("something staged") { try count(house, "staged_payloads") > 0 ? true : nil }
            house.killDaemon()
            let accepted = sockets.count { (try? HTTPPort.answer(on: $0))?.status == 202 }
            try house.start()
            #expect(try count(house, "staged_payloads") == 0)
            let again = try house.ingress.exchange(
                "POST",
                "/Plain/mirror",
                headers: binary.merging(key) { $1 },
                body: sent
            )
            #expect(again.status == 200 && again.body == sent)
            try eventually("what was accepted") {
                try house.query("SELECT id FROM sys_invocation WHERE status <> 'completed'").text.contains("inv_")
                    ? nil : true
            }
            // Each has its input and its output, and nothing else lies there.
            let kept = try house.query("SELECT id FROM sys_invocation").text.split(separator: "inv_").count - 2
            #expect(kept >= accepted)
            #expect(try count(house, "payload_chunks") == chunks + kept * 2 * 121)
        }
    }
}
