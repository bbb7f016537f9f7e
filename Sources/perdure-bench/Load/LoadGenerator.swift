import EventLoop

/// What a load does.
struct LoadPlan {
    var address: SocketAddress
    /// Each is `Service/handler` or `Object/key/handler`; callers take them in turn.
    var targets: [String]
    /// Each has one call under way at any time.
    var connections: Int
    /// Calls that begin in this time are made and not counted.
    var warmUpMilliseconds: UInt64
    var milliseconds: UInt64
    /// Whether an answer must be the body of its request.
    var checksAnswers: Bool
    /// Calls a second, spread over the connections; without one each answer is followed by the next call at once.
    var rate: Int?
    /// The measurement also ends after so many answers.
    var callsMax = Int.max
    /// What stands before the digits in the JSON text of a body.
    var bodyPrefix = ""
}

/// What came of it.
struct LoadResult {
    var latencies: LatencyHistogram
    /// Answers to all calls, those that were not counted included.
    var answered: Int
    var seconds: Double

    var rate: Double { Double(latencies.count) / seconds }

    func milliseconds(_ share: Double) -> Double { latencies.percentile(share) / 1000 }
}

/// Calls in a closed loop over HTTP/1.1: as many at once as there are connections.
final class LoadGenerator {
    let plan: LoadPlan
    let loop: EventLoop
    private var connections: [LoadConnection] = []
    private var latencies = LatencyHistogram()
    private var pending = 0
    private var begun = 0
    /// Answers to all calls, those of the warming up included.
    private(set) var answered = 0
    private(set) var failure: BenchError?
    private(set) var isMeasuring = false

    private init(_ plan: LoadPlan, _ loop: EventLoop) {
        self.plan = plan
        self.loop = loop
    }

    var now: UInt64 { loop.monotonicNanoseconds }

    /// Connects, warms up, measures. `onStart` is called when the measurement begins, to take the counters that go with it,
    /// `onEnd` when it ends.
    static func run(
        _ plan: LoadPlan,
        on loop: EventLoop,
        onStart: () -> Void = {},
        onEnd: () -> Void = {}
    ) throws(BenchError) -> LoadResult {
        let generator = LoadGenerator(plan, loop)
        defer { for connection in generator.connections { connection.close() } }
        try generator.connect()
        for connection in generator.connections { connection.begin() }
        try generator.spin(until: generator.now &+ plan.warmUpMilliseconds &* 1_000_000)
        onStart()
        let start = generator.now
        generator.isMeasuring = true
        try generator.spin(until: start &+ plan.milliseconds &* 1_000_000)
        generator.isMeasuring = false
        let end = generator.now
        onEnd()
        return LoadResult(
            latencies: generator.latencies,
            answered: generator.answered,
            seconds: Double(end &- start) / 1_000_000_000
        )
    }

    private func connect() throws(BenchError) {
        for number in 0..<plan.connections {
            pending += 1
            ByteStream.connect(loop: loop, to: plan.address, timeoutMilliseconds: 5000) { [self] result in
                pending -= 1
                switch result {
                case .success(let stream): connections.append(LoadConnection(self, stream, number: number))
                case .failure(let error): fail(.loop(error))
                }
            }
        }
        while pending > 0, failure == nil { loop.runOnce(wait: true) }
        if let failure { throw failure }
    }

    private func spin(until end: UInt64) throws(BenchError) {
        let timer = LoopTimer(loop: loop) {}
        // Never before the end: nothing else might happen that ends the wait.
        timer.schedule(afterMilliseconds: (end &- min(end, now)) / 1_000_000 + 1)
        while now < end, answered < plan.callsMax {
            loop.flushDirtyStreams()
            loop.runOnce(wait: true)
            if let failure { throw failure }
        }
        timer.close()
    }

    /// Whether there may be one more call.
    func takesCall() -> Bool {
        guard begun < plan.callsMax else { return false }
        begun += 1
        return true
    }

    func called(nanoseconds: UInt64) {
        answered += 1
        if isMeasuring { latencies.add(microseconds: nanoseconds / 1000) }
    }

    func fail(_ error: BenchError) {
        if failure == nil { failure = error }
    }
}
