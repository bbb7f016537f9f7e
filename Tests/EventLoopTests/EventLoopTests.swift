import EventLoop
import Glibc
import Testing

@Suite struct EventLoopTests {
    @Test func timersFireInOrderOnceAndNeverEarly() throws {
        let world = try TestWorld()
        var order: [String] = []
        let began = world.loop.monotonicNanoseconds
        var laterAt: UInt64 = 0
        let later = LoopTimer(loop: world.loop) {
            order.append("later")
            laterAt = world.loop.monotonicNanoseconds
        }
        let sooner = LoopTimer(loop: world.loop) { order.append("sooner") }
        let never = LoopTimer(loop: world.loop) { order.append("never") }
        later.schedule(afterMilliseconds: 40)
        sooner.schedule(afterMilliseconds: 10)
        never.schedule(afterMilliseconds: 20)
        never.cancel()
        try world.run("both fire") { order.count == 2 }
        #expect(order == ["sooner", "later"])
        #expect(laterAt - began >= 39_000_000)
        later.schedule(afterMilliseconds: 1)
        sooner.close()
        sooner.schedule(afterMilliseconds: 0)
        try world.run("it fires again") { order.count == 3 }
        #expect(order.last == "later")
        world.loop.close()
    }

    @Test func droppedTimerDoesNotFire() throws {
        let world = try TestWorld()
        var fired = false
        do {
            let timer = LoopTimer(loop: world.loop) { fired = true }
            timer.schedule(afterMilliseconds: 1)
        }
        let after = Once(world.loop, afterMilliseconds: 20)
        try world.run("its time is over") { after.fired }
        #expect(!fired)
        world.loop.close()
    }

    @Test func timerCountsFromNowEvenAfterALongTurn() throws {
        let world = try TestWorld()
        world.turn(1)
        usleep(60_000)  // The turn's work, during which the loop's own clock stands still.
        let began = world.loop.monotonicNanoseconds
        let timer = Once(world.loop, afterMilliseconds: 50)
        try world.run("it fires") { timer.fired }
        #expect(world.loop.monotonicNanoseconds - began >= 49_000_000)
        world.loop.close()
    }

    @Test func aDueTimerEndsTheWait() throws {
        let world = try TestWorld()
        let due = Once(world.loop, afterMilliseconds: 0)
        let later = Once(world.loop, afterMilliseconds: 2000)
        world.loop.runOnce(wait: true)
        #expect(due.fired && !later.fired)
        world.loop.runOnce(wait: false)
        #expect(!later.fired)
        world.loop.close()
    }

    @Test func offloadedWorkRunsElsewhereAndComesBackHere() throws {
        let world = try TestWorld()
        let here = pthread_self()
        var result: (sum: Int, elsewhere: Bool)?
        let here64 = UInt64(here)
        world.loop.offload(
            { () -> (Int, Bool) in ((1...100).reduce(0, +), UInt64(pthread_self()) != here64) },
            then: {
                #expect(pthread_equal(pthread_self(), here) != 0)
                result = (sum: $0.0, elsewhere: $0.1)
            }
        )
        #expect(result == nil)
        try world.run("the result is back") { result != nil }
        #expect(result?.sum == 5050 && result?.elsewhere == true)
        world.loop.close()
    }

    @Test func closingTheLoopWaitsForWorkAndDropsItsResult() throws {
        let world = try TestWorld()
        var came = false
        for _ in 0..<8 { world.loop.offload({ usleep(1000) }, then: { came = true }) }
        world.loop.close()
        world.loop.close()
        #expect(!came)
    }

    @Test func signalsReachTheirBodies() throws {
        let world = try TestWorld()
        var signals = 0
        let watch = try world.loop.onSignal(SIGUSR2) { signals += 1 }
        kill(getpid(), SIGUSR2)
        try world.run("the signal arrives") { signals == 1 }
        watch.close()
        watch.close()
        world.loop.close()
        #expect(throws: EventLoopError.self) {
            let other = try EventLoop()
            defer { other.close() }
            _ = try other.onSignal(SIGKILL) {}
        }
    }

    @Test(arguments: [("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80")])
    func numericHostsNeedNoResolver(host: String, expected: String) throws {
        let world = try TestWorld()
        var found: [SocketAddress]?
        world.loop.resolve(host: host, port: 80) { found = try? $0.get() }
        #expect(found == nil, "never inside the call")
        world.loop.runOnce(wait: true)
        #expect(found?.map(\.description) == [expected])
        world.loop.close()
    }

    @Test func localhostResolvesToLoopback() throws {
        let world = try TestWorld()
        var result: Result<[SocketAddress], EventLoopError>?
        world.loop.resolve(host: "localhost", port: 8080) { result = $0 }
        try world.run("there is an answer") { result != nil }
        let addresses = try #require(try result?.get())
        #expect(!addresses.isEmpty && addresses.allSatisfy { $0.isLoopback && $0.port == 8080 })
        #expect(Set(addresses).count == addresses.count)
        world.loop.close()
    }

    @Test(arguments: ["", "no\0name", "no-such-host.invalid", String(repeating: "a", count: 5000)])
    func unknownNamesAreErrors(host: String) throws {
        let world = try TestWorld()
        var result: Result<[SocketAddress], EventLoopError>?
        world.loop.resolve(host: host, port: 80) { result = $0 }
        try world.run("there is an answer") { result != nil }
        guard case .failure(.nameNotResolved(let name, _)) = result else {
            Issue.record("resolved to \(String(describing: result))")
            return
        }
        #expect(name == host)
        world.loop.close()
    }

    @Test func wallClockIsInMilliseconds() {
        let seconds = Int64(time(nil))
        let milliseconds = EventLoop.wallClockMilliseconds()
        #expect(milliseconds / 1000 >= seconds && milliseconds / 1000 <= seconds + 60)
    }

    @Test func loopThatWasNeverUsedGoesQuietly() throws {
        _ = try EventLoop()
        let loop = try EventLoop()
        loop.close()
        loop.runOnce(wait: true)
        loop.flushDirtyStreams()
    }
}
