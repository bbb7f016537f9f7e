import FoundationEssentials
import Testing

extension EndToEnd {
    /// Nothing that was acknowledged is lost, and no recorded step runs again, whatever ends whenever.
    @Suite(.serialized)
    struct CrashTests {
        /// Starts a nap and waits until its sleep is in the journal: one that is not may begin anew after a crash.
        private func sleepIsRecorded(_ house: House, milliseconds: Int) throws -> Effects.Event {
            let id = try house.send("/Plain/nap/send", #"{"id":"n","milliseconds":\#(milliseconds)}"#)
            try eventually("the sleep in the journal") {
                let answer = try house.query("SELECT entry_type FROM sys_journal WHERE id = '\(id)'")
                return answer.text.contains("Sleep") ? true : nil
            }
            return try #require(house.effects.events.first { $0.kind == "asleep" })
        }

        @Test func aSleepThatEndsWhileTheDaemonIsDownWakesAtOnceAfterwards() throws {
            let house = try House()
            try house.register()
            let asleep = try sleepIsRecorded(house, milliseconds: 1000)
            house.killDaemon()
            try eventually("the due time to pass") { Clock.now > asleep.time + 1.3 ? true : nil }
            try house.start()
            let serving = Clock.now
            let awake = try eventually("the wake-up") { house.effects.events.first { $0.kind == "awake" } }
            #expect(awake.time < serving + 1)
        }

        @Test func aSleepThatEndsAfterTheRestartIsNotLate() throws {
            let house = try House()
            try house.register()
            let asleep = try sleepIsRecorded(house, milliseconds: 3000)
            try house.restartDaemon()
            let awake = try eventually("the wake-up") { house.effects.events.first { $0.kind == "awake" } }
            #expect(awake.time >= asleep.time + 2.9)
            #expect(awake.time < asleep.time + 4)
        }

        @Test func delayedSendsQueuesAndResultsSurviveTheDaemon() throws {
            let house = try House()
            try house.register()
            let key = ["idempotency-key": "i"]
            #expect(try house.call("/Counter/a/add", "1", key) == "1")
            _ = try house.send("/Counter/a/add/send?delay=1s", "10")
            _ = try house.send("/Counter/b/hold/send", "1200")
            for amount in 1...5 { _ = try house.send("/Counter/b/add/send", "\(amount)") }
            try house.restartDaemon()
            #expect(try house.call("/Counter/a/add", "1", key) == "1")
            try eventually("everything that was accepted") {
                house.effects.count("added", id: "a") == 2 && house.effects.count("added", id: "b") == 5 ? true : nil
            }
            let order = house.effects.events.filter { $0.kind == "added" && $0.id == "b" }.map(\.step)
            #expect(order == ["1", "2", "3", "4", "5"])
        }

        @Test func theCountOfAttemptsSurvivesTheDaemon() throws {
            let house = try House([
                "--retry-initial-interval", "200ms", "--retry-attempts-max", "4", "--retry-on-max-attempts", "kill",
            ])
            try house.register()
            let id = try house.send("/Plain/flaky/send", #"{"id":"f","failures":1000}"#)
            try eventually("two attempts") { house.effects.count("attempt", id: "f") >= 2 ? true : nil }
            try house.restartDaemon()
            try eventually("the end") { try house.status(of: id) == "completed" ? true : nil }
            // The attempt that the kill has cut may or may not have been counted.
            #expect((4...5).contains(house.effects.count("attempt", id: "f")))
        }
    }
}
