import DurableModel
import Engine
import Registry
import ServiceProtocol
import Simulation
import Testing

@Suite struct FailureTests {
    private func desk(attempts: Int? = nil, end: OnMaxAttempts = .pause) throws -> Desk {
        var settings = Settings()
        settings.retryPolicy = RetryPolicy(
            initialInterval: .seconds(1),
            factor: 2,
            intervalMax: .seconds(5),
            attemptsMax: attempts,
            onMaxAttempts: end
        )
        return try Desk(settings: settings)
    }

    @Test func delaysGrowWithJitterAndTheCountIsKept() throws {
        let desk = try desk()
        try desk.invoke()
        for (count, seconds) in [(1, 1), (2, 2), (3, 4), (4, 5), (5, 5)] as [(Int, Int64)] {
            #expect(desk.invocation(1)?.attempt.retryCount == count)
            try desk.report(1, .failed(.network("down")))
            let invocation = try #require(desk.invocation(1))
            #expect(invocation.status == .backingOff)
            #expect(invocation.attempt.retryCount == count)
            let due = try #require(invocation.attempt.nextRetryAt)
            let delay = due.since(desk.now).milliseconds
            #expect((seconds * 1000...seconds * 1300).contains(delay), "attempt \(count): \(delay) ms")
            desk.now = due
            #expect(try desk.fireTimers().count == 1)
        }
    }

    @Test func jitterSpreads() {
        var entropy = Entropy(seed: 7)
        let delays = (0..<1000).map { _ in entropy.jittered(.seconds(10)).milliseconds }
        #expect(delays.allSatisfy { (10_000...13_000).contains($0) })
        #expect(Set(delays).count > 500)
        #expect(entropy.jittered(Interval(milliseconds: .max)).milliseconds > 0)
    }

    @Test func retryCountSurvivesARestartAndACutAttemptIsNotCounted() throws {
        let desk = try desk()
        try desk.invoke()
        try desk.report(1, .ended)
        desk.now = desk.now.adding(.seconds(2))
        try desk.fireTimers()
        #expect(desk.invocation(1)?.attempt.retryCount == 2)
        try desk.restart()
        #expect(try desk.turn { _ in }.count == 1)
        #expect(desk.invocation(1)?.attempt.retryCount == 2)
        #expect(desk.status(1) == .running)
        try desk.report(1, .ended)
        try desk.restart()
        #expect(desk.waiting.isEmpty)
        #expect(desk.invocation(1)?.attempt.retryCount == 2)
        desk.now = desk.now.adding(.seconds(4))
        #expect(try desk.fireTimers().count == 1)
    }

    @Test func anOverriddenDelayIsExactAndUsesUpNoAttempt() throws {
        let reasons: [AttemptEvent] = [
            .received([
                ServiceMessage.error(ErrorMessage(code: 500, message: "x", nextRetryDelayMilliseconds: 701))
                    .frame(version: 7)
            ]),
            .failed(.status(503, retryAfter: Interval(milliseconds: 701))),
            .failed(.status(429, retryAfter: Interval(milliseconds: 701))),
        ]
        for reason in reasons {
            let desk = try desk(attempts: 2)
            try desk.invoke()
            for _ in 1...5 {
                try desk.report(1, reason)
                #expect(desk.status(1) == .backingOff)
                #expect(desk.invocation(1)?.attempt.nextRetryAt == desk.now.adding(Interval(milliseconds: 701)))
                desk.now = desk.now.adding(Interval(milliseconds: 701))
                try desk.fireTimers()
            }
            #expect(desk.invocation(1)?.attempt.retryCount == 1)
        }
    }

    @Test("a delay of zero is the policy's unless the attempt stored something")
    func noDelayWithoutProgressIsThePolicys() throws {
        let atOnce = ErrorMessage(code: 500, message: "x", nextRetryDelayMilliseconds: 0)
        let reasons: [AttemptEvent] = [
            .received([ServiceMessage.error(atOnce).frame(version: 7)]), .failed(.status(503, retryAfter: .zero)),
        ]
        for reason in reasons {
            let desk = try desk(attempts: 3)
            try desk.invoke()
            for (count, seconds) in [(1, 1), (2, 2)] as [(Int, Int64)] {
                try desk.report(1, reason)
                #expect(desk.invocation(1)?.attempt.retryCount == count)
                let due = try #require(desk.invocation(1)?.attempt.nextRetryAt)
                #expect((seconds * 1000...seconds * 1300).contains(due.since(desk.now).milliseconds))
                desk.now = due
                try desk.fireTimers()
            }
            try desk.report(1, reason)
            #expect(desk.status(1) == .paused)
        }
        let desk = try desk(attempts: 1)
        try desk.invoke()
        try desk.receive(1, command(.run(completionID: 1)), .error(atOnce))
        #expect(desk.invocation(1)?.attempt.nextRetryAt == desk.now)
    }

    @Test("known fault 50: a delay from a peer that is too large stops nothing", arguments: [UInt64.max, 1 << 63, 0])
    func extremeDelays(delay: UInt64) throws {
        let desk = try desk()
        try desk.invoke()
        let error = ErrorMessage(code: 500, message: "x", nextRetryDelayMilliseconds: delay)
        try desk.receive(1, .error(error))
        #expect(desk.status(1) == .backingOff)
        #expect(desk.storage.rows.timers.count == 1)
    }

    @Test(
        "used up attempts pause or kill",
        arguments: [
            (OnMaxAttempts.pause, 1, ["abort 1", "note: paused Greeter/greet RT0010"], InvocationStatus.paused),
            (.kill, 1, ["abort 1", "answer 2: failure 500 down"], .completed),
        ]
    )
    func usedUp(end: OnMaxAttempts, attempts: Int, lines: [String], status: InvocationStatus) throws {
        let desk = try desk(attempts: attempts, end: end)
        try desk.invoke(waits: true)
        #expect(try desk.report(1, .failed(.network("down"))) == lines)
        #expect(desk.status(1) == status)
        #expect(desk.storage.rows.timers.isEmpty)
    }

    @Test func thirdFailureOfThreeIsTheLast() throws {
        let desk = try desk(attempts: 3)
        try desk.invoke()
        for count in 1...3 {
            try desk.report(1, .ended)
            #expect(desk.status(1) == (count == 3 ? .paused : .backingOff))
            desk.now = desk.now.adding(.seconds(10))
            try desk.fireTimers()
        }
    }

    @Test(
        "what the service says of its error counts",
        arguments: [
            (ErrorMessage.Behavior.retry, "note: failed Greeter/greet RT0007", InvocationStatus.backingOff),
            (.pause, "note: paused Greeter/greet RT0007", .paused),
            (.fail, "answer 2: failure 499 oh", .completed),
        ]
    )
    func behaviours(behavior: ErrorMessage.Behavior, line: String, status: InvocationStatus) throws {
        let desk = try desk()
        try desk.invoke(waits: true)
        let error = ErrorMessage(
            code: 499,
            message: "oh",
            stacktrace: "here",
            relatedCommandIndex: 2,
            relatedCommandName: "step",
            relatedCommandType: 0x411,
            behavior: behavior
        )
        #expect(try desk.receive(1, .error(error)) == ["finish 1", line])
        #expect(desk.status(1) == status)
        let failure = try #require(desk.invocation(1)?.attempt.lastFailure)
        #expect(failure.code == 499 && failure.message == "oh" && failure.stacktrace == "here")
        #expect(failure.relatedCommandIndex == 2 && failure.relatedCommandType == 0x411)
    }

    @Test(
        "each way to fail has its documented code",
        arguments: [
            (AttemptEvent.ended, "RT0007"), (.failed(.network("x")), "RT0010"),
            (.failed(.status(415, retryAfter: nil)), "RT0015"), (.failed(.status(413, retryAfter: nil)), "RT0019"),
            (.failed(.status(429, retryAfter: nil)), "RT0023"), (.failed(.status(503, retryAfter: nil)), "RT0023"),
            (.failed(.status(502, retryAfter: nil)), "RT0010"), (.failed(.status(504, retryAfter: nil)), "RT0010"),
            (.failed(.status(500, retryAfter: nil)), "RT0012"), (.failed(.contentType(nil)), "RT0012"),
            (.failed(.contentEncoding("gzip")), "RT0012"), (.failed(.malformedFrame("x")), "RT0012"),
            (.failed(.messageTooLarge(type: 0x401, bytes: 9, limit: 8)), "RT0003"),
        ]
    )
    func codes(event: AttemptEvent, code: String) throws {
        let desk = try desk()
        try desk.invoke()
        #expect(try desk.report(1, event).last == "note: failed Greeter/greet \(code)")
        // 571 is the word of services for what they find; of what is found in them callers see an error of the server.
        #expect(desk.invocation(1)?.attempt.lastFailure?.code == (code == "RT0015" ? 415 : 500))
    }

    @Test func aBadStatusIsToldWithItsName() throws {
        let desk = try desk()
        try desk.invoke()
        try desk.report(1, .failed(.status(503, retryAfter: .seconds(7))))
        #expect(
            desk.invocation(1)?.attempt.lastFailure?.message
                == "the service takes no more requests for now and asks for a delay of 7000 ms "
                + "(http status code 503 Service Unavailable)"
        )
    }

    @Test(
        "codes of the service's own errors",
        arguments: [(570, "RT0016"), (571, "RT0012"), (500, "RT0007"), (0, "RT0007"), (UInt32.max, "RT0007")]
    )
    func reportedCodes(code: UInt32, documented: String) throws {
        let desk = try desk()
        try desk.invoke()
        let lines = try desk.receive(1, .error(ErrorMessage(code: code, message: "x")))
        #expect(lines == ["finish 1", "note: failed Greeter/greet \(documented)"])
    }

    @Test func failuresSinceTheLastEntryAreToldToTheService() throws {
        func told(_ desk: Desk) throws -> UInt32 {
            guard case .start(let order)? = desk.actions.last else { return .max }
            let frame = try #require(ActionText.decode(order.opening).first)
            return try StartMessage.decode(frame).retryCountSinceLastStoredEntry
        }
        let desk = try desk()
        try desk.invoke()
        #expect(try told(desk) == 0)
        func fail(_ event: AttemptEvent) throws {
            try desk.report(1, event)
            desk.now = desk.now.adding(.seconds(10))
            try desk.fireTimers()
        }
        try fail(.ended)
        #expect(try told(desk) == 1)
        try fail(.failed(.status(415, retryAfter: nil)))
        #expect(try told(desk) == 1)
        try fail(.failed(.network("x")))
        #expect(try told(desk) == 2)
        try desk.receive(1, command(.run(completionID: 1)))
        try fail(.ended)
        #expect(try told(desk) == 1)
    }

    @Test func ageOfTheLastEntryIsToldToTheServiceWhateverFailedSince() throws {
        let desk = try desk()
        func told() throws -> UInt64? {
            for case .start(let order) in desk.actions {
                let frame = try #require(ActionText.decode(order.opening).first)
                return try StartMessage.decode(frame).durationSinceLastStoredEntryMilliseconds
            }
            return nil
        }
        func failAndRetry(after seconds: Int64) throws -> UInt64? {
            try desk.report(1, .ended)
            desk.now = desk.now.adding(.seconds(seconds))
            try desk.fireTimers()
            return try told()
        }
        try desk.invoke()
        #expect(try told() == 0)
        #expect(try failAndRetry(after: 5) == 5_000)
        #expect(try failAndRetry(after: 7) == 12_000)
        try desk.receive(1, command(.run(completionID: 1)))
        #expect(try failAndRetry(after: 8) == 8_000)
        try desk.restart()
        desk.now = desk.now.adding(.seconds(1))
        try desk.turn { _ in }
        #expect(try told() == 9_000)
    }

    @Test func pausedWorkStoresWhatComesAndStaysPaused() throws {
        let desk = try desk()
        try desk.invoke()
        let due = UInt64(desk.now.milliseconds + 1000)
        try desk.receive(
            1,
            command(.sleep(wakeUpTimeMilliseconds: due, completionID: 1)),
            .error(ErrorMessage(code: 500, message: "x", behavior: .pause))
        )
        desk.now = desk.now.adding(.seconds(1))
        #expect(try desk.fireTimers() == [])
        #expect(desk.status(1) == .paused)
        #expect(try desk.journal(1) == ["Sleep(1)", "Sleep(1)=void"])
    }
}
