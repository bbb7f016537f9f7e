import EventLoop
import Glibc
import Testing

@testable import HTTP

/// Clients that are not ours, where they are installed (Debian: curl, nghttp2-client): what they make of the server shows
/// in their exit status and in what the handler saw.
@Suite struct ForeignClientTests {
    private static let curl = "/usr/bin/curl"
    private static let nghttp = "/usr/bin/nghttp"
    private static let h2load = "/usr/bin/h2load"

    static func isInstalled(_ path: String) -> Bool { access(path, X_OK) == 0 }

    private func run(_ world: LoopWorld, _ program: String, _ arguments: [String]) throws -> ChildExit? {
        var exit: ChildExit?
        _ = try world.loop.spawn(
            path: program,
            arguments: arguments,
            environment: [],
            passing: [],
            onExit: { exit = $0 }
        )
        world.run { exit != nil }
        return exit
    }

    @Test(
        .enabled(if: isInstalled(curl)),
        arguments: [["--http1.1"], ["--http1.0"], ["--http2-prior-knowledge"], ["--http2"]]
    )
    func curlIsServed(_ version: [String]) throws {
        let world = try LoopWorld()
        let url = "http://\(world.address)/echo"
        let usual = version + ["--silent", "--fail", "--max-time", "20", "--output", "/dev/null"]
        let body = String(repeating: "0123456789", count: 10_000)
        // curl 7.88 cannot use a connection of prior knowledge twice (its own exit status 16).
        let urls = version == ["--http2-prior-knowledge"] ? [url] : [url, url]
        #expect(try run(world, Self.curl, usual + urls) == .exited(status: 0))
        #expect(try run(world, Self.curl, usual + ["--head", url]) == .exited(status: 0))
        // Long enough that some versions of curl ask first (`expect: 100-continue`).
        #expect(try run(world, Self.curl, usual + ["--data", body, url]) == .exited(status: 0))
        #expect(world.handler.seen.last?.body == Array(body.utf8))
        if version != ["--http1.0"] {
            let chunked = usual + ["--header", "transfer-encoding: chunked", "--data", "abc", url]
            #expect(try run(world, Self.curl, chunked) == .exited(status: 0))
            #expect(world.handler.seen.last?.body == Array("abc".utf8))
        }
        // 22: the status says failure.
        #expect(try run(world, Self.curl, usual + ["http://\(world.address)/early"]) == .exited(status: 22))
    }

    @Test(.enabled(if: isInstalled(nghttp)))
    func nghttpIsServed() throws {
        let world = try LoopWorld()
        let urls = (0..<20).map { "http://\(world.address)/n\($0)" }
        #expect(try run(world, Self.nghttp, ["--null-out", "--timeout=20"] + urls) == .exited(status: 0))
        #expect(Set(world.handler.seen.map(\.path)).count == 20)
    }

    @Test(.enabled(if: isInstalled(h2load)), arguments: [["--h1"], ["-m", "100"]])
    func h2loadIsServed(_ version: [String]) throws {
        let world = try LoopWorld()
        let arguments = version + ["-n", "3000", "-c", "10", "http://\(world.address)/h"]
        #expect(try run(world, Self.h2load, arguments) == .exited(status: 0))
        #expect(world.handler.seen.count == 3000)
    }
}
