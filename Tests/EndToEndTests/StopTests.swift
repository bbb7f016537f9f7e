import Glibc
import Testing

extension EndToEnd {
    /// Between the signal to stop and the end.
    @Suite(.serialized)
    struct StopTests {
        @Test func healthSays503FromTheStopSignalOn() throws {
            let house = try House(["--shutdown-grace", "10s"])
            try house.register()
            let id = try house.send("/Plain/deaf/send", #""d""#)
            try eventually("the handler to start") { house.effects.count("deaf", id: "d") > 0 ? true : nil }
            let process = try #require(house.daemon)
            process.send(SIGTERM)
            try eventually("the stop to be told") {
                (try? house.ingress.get("/restate/health"))?.status == 503 ? true : nil
            }
            #expect(try house.admin.get("/health").status == 503)
            let refused = try house.ingress.post("/Plain/echo", json: "{}")
            #expect(refused.status == 503)
            #expect(refused.headers["x-restate-id"] == nil)
            #expect(try process.wait(seconds: 20) == .status(0))
            try house.start()
            #expect(try house.status(of: id) == "running")
        }

        @Test func whoOnlyWaitsDoesNotHoldUpAStop() throws {
            let house = try House(["--shutdown-grace", "60s"])
            try house.register()
            let id = try house.send("/Plain/stuck/send", #""s""#)
            try eventually("the handler to start") { house.effects.count("stuck", id: "s") > 0 ? true : nil }
            let process = try #require(house.daemon)
            process.send(SIGTERM)
            #expect(try process.wait(seconds: 30) == .status(0))
            try house.start()
            #expect(try house.status(of: id) == "suspended")
        }
    }
}
