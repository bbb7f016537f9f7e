import EventLoop
import Glibc
import HTTP

/// Serves the benchmark's services until a signal ends it.
enum EndpointProgram {
    static func run(_ arguments: [String]) throws(BenchError) {
        let flags = try BenchFlags(arguments, names: ["port"])
        let port = try flags.number("port", default: 9080, in: 0...65_535)
        do throws(EventLoopError) {
            let loop = try EventLoop()
            guard
                let address = SocketAddress(numericHost: "127.0.0.1", port: UInt16(truncatingIfNeeded: port))
            else { return }
            let handler = EndpointHandler()
            let server = HTTPServer(loop: loop, handler: handler)
            server.serve(try Listener(loop: loop, address: address))
            var isStopped = false
            let signals = try [SIGTERM, SIGINT].map { (number) throws(EventLoopError) in
                try loop.onSignal(number) { isStopped = true }
            }
            while !isStopped {
                loop.runOnce(wait: !server.wantsFlush)
                server.flush()
                loop.flushDirtyStreams()
            }
            withExtendedLifetime((handler, signals)) { server.close() }
            loop.close()
        } catch {
            throw .loop(error)
        }
    }
}
