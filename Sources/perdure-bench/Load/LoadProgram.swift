import EventLoop
import HTTP

/// `perdure-bench load`: a closed loop of calls to a server that is running.
enum LoadProgram {
    static func run(_ arguments: [String]) throws(BenchError) {
        let flags = try BenchFlags(
            arguments,
            names: ["ingress", "target", "connections", "duration"],
            switches: ["any-answer"]
        )
        guard let url = flags["ingress"] else { throw .usage("--ingress is missing") }
        let address = try address(url)
        let seconds = try flags.number("duration", default: 10, in: 1...86_400)
        let load = LoadPlan(
            address: address,
            targets: [flags["target"] ?? "Bench/nothing"],
            connections: try flags.number("connections", default: 64, in: 1...10_000),
            warmUpMilliseconds: 1000,
            milliseconds: UInt64(seconds) * 1000,
            checksAnswers: !flags.has("any-answer")
        )
        let loop: EventLoop
        do throws(EventLoopError) { loop = try EventLoop() } catch { throw .loop(error) }
        let result = try LoadGenerator.run(load, on: loop)
        loop.close()
        BenchProgram.say(
            """
            \(result.latencies.count) calls in \(Table.fixed(result.seconds, 2)) s: \
            \(Table.fixed(result.rate, 0))/s, \
            p50 \(Table.fixed(result.milliseconds(0.5), 2)) ms, p99 \(Table.fixed(result.milliseconds(0.99), 2)) ms, \
            p99.9 \(Table.fixed(result.milliseconds(0.999), 2)) ms
            """
        )
    }

    /// Reads `http://HOST:PORT` with a numeric host; `localhost` is 127.0.0.1.
    private static func address(_ url: String) throws(BenchError) -> SocketAddress {
        var text = url[...]
        if text.hasPrefix("http://") { text = text.dropFirst(7) }
        if text.hasSuffix("/") { text = text.dropLast() }
        if text.hasPrefix("localhost:") { text = "127.0.0.1:" + text.dropFirst(10) }
        do throws(EventLoopError) { return try SocketAddress(parsing: String(text)) } catch { throw .loop(error) }
    }
}
