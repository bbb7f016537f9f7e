import CommandLine
import ControlProtocol
import Testing

/// Listings that are longer than a page, against a daemon on a real socket.
@Suite struct ListingTests {
    /// So many services, by pages as they are asked for.
    private static func daemon(_ count: Int) throws -> FakeDaemon {
        try FakeDaemon(answering: { request in
            guard let id = request.id, let page = try? request.parameters(PageParameters.self) else { return .close }
            let begin = page.after.flatMap { Int($0.dropFirst()) }.map { $0 - 1000 } ?? 0
            let end = min(count, begin + page.limit)
            let result = ListServices.Result(
                services: (begin..<end).map { service($0 + 1001) },
                next: end < count ? "s\(end + 1000)" : nil
            )
            return .bytes(ControlCodec.response(id: id, result: result))
        })
    }

    private static func service(_ number: Int) -> ServiceSummary {
        ServiceSummary(
            name: "s\(number)",
            revision: 1,
            flavor: .service,
            isPublic: true,
            handlers: 1,
            deploymentType: .bidiStream,
            deploymentId: "dp_1"
        )
    }

    @Test func `pages come one after the other and look like one table`() throws {
        let daemon = try Self.daemon(2_500)
        defer { daemon.stop() }
        let run = ClientRun("services", "list", socket: daemon.path)
        #expect(run.exitCode == .done)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2_501)
        #expect(lines.first == "NAME   REVISION  FLAVOR   DEPLOYMENT TYPE  DEPLOYMENT ID")
        for (index, line) in lines.dropFirst().enumerated() {
            #expect(line == "s\(1001 + index)  1         Service  BidiStream       dp_1")
        }
        #expect(daemon.requests.map(\.method) == ["hello"] + Array(repeating: "services.list", count: 3))
    }

    @Test func `programs get all pages in one document`() throws {
        let daemon = try Self.daemon(1_001)
        defer { daemon.stop() }
        let run = ClientRun("services", "list", "--json", socket: daemon.path)
        let all = try ControlCodec.decode(ListServices.Result.self, from: Array(run.output.utf8))
        #expect(all.services.map(\.name) == (1001...2001).map { "s\($0)" })
        #expect(all.next == nil)
        #expect(!run.output.contains("\"next\""))
    }

    @Test func `a page that ends the list asks for no more`() throws {
        let daemon = try Self.daemon(1_000)
        defer { daemon.stop() }
        #expect(ClientRun("services", "list", socket: daemon.path).exitCode == .done)
        #expect(daemon.requests.map(\.method) == ["hello", "services.list"])
    }

    @Test func `services of every page complete`() throws {
        let daemon = try Self.daemon(1_500)
        defer { daemon.stop() }
        let run = ClientRun("complete", "--", "services", "describe", "s250", socket: daemon.path)
        #expect(run.output == "s2500\n")
    }
}
