import ControlProtocol
import FoundationEssentials
import Testing

extension EndToEnd {
    /// Services at every kind of address that a deployment can have.
    @Suite(.serialized)
    struct EndpointAddressTests {
        @Test(arguments: [false, true])
        func aServiceBehindAUnixSocketDoesItsWork(http1: Bool) throws {
            let house = try House()
            let path = house.directory + "/a b.sock"
            let service = try house.startService(at: .socket(path: path))
            let written = "unix://" + path.replacing(" ", with: "%20").replacing("perdure", with: "%70erdure")
            let options = http1 ? ["--use-http1.1"] : []
            let registered = try house.client(["deployments", "register", written, "--json"] + options)
            #expect(registered.status == 0, "\(registered.output)\(registered.errors)")
            let result = try JSONDecoder().decode(
                RegisterDeployment.Result.self,
                from: Data(registered.output.utf8)
            )
            let shown = "unix:" + path.replacing(" ", with: "%20")
            #expect(result.deployment.uri == shown)
            #expect(
                try house.query("SELECT endpoint FROM sys_deployment").text == #"{"rows":[{"endpoint":"\#(shown)"}]}"#
            )
            #expect(try house.admin.get("/deployments").text.contains(#""uri":"\#(shown)""#))
            #expect(try house.call("/Plain/echo", #"{"a":1}"#) == #"{"a": 1}"#)
            #expect(try house.call("/Counter/k/add", "2") == "2")

            try house.restartDaemon()
            #expect(try house.call("/Counter/k/add", "2") == "4")
            let again = try house.admin.post("/deployments", json: #"{"uri":"\#(shown)"}"#)
            #expect(again.status == 200, "the same socket is the same deployment: \(again.text)")

            // A socket that is gone fails attempts and says which; one that is back takes them.
            service.kill()
            let id = try house.send("/Plain/echo/send", "7")
            try eventually("the failed attempt") {
                let failure = try house.query("SELECT last_failure FROM sys_invocation WHERE id = '\(id)'").text
                return failure.contains("a b.sock") ? true : nil
            }
            try service.start()
            try eventually("the retry") { try house.status(of: id) == "completed" ? true : nil }
        }

        @Test func aDeploymentMovesToAUnixSocketAndBack() throws {
            let house = try House()
            let first = try house.register()
            let socket = house.directory + "/moved.sock"
            try house.startService(at: .socket(path: socket))
            let list = try house.client(["deployments", "list", "--json"])
            let deployment = try #require(
                try JSONDecoder().decode(ListDeployments.Result.self, from: Data(list.output.utf8)).deployments.first
            ).id
            first.kill()
            let moved = try house.admin.exchange(
                "PATCH",
                "/deployments/\(deployment)",
                headers: ["content-type": "application/json"],
                body: Array(#"{"uri":"unix:\#(socket)"}"#.utf8)
            )
            #expect(moved.status == 200, "\(moved.text)")
            #expect(try house.call("/Plain/echo", "1") == "1")
            try first.start()
            let back = try house.client(["deployments", "update", deployment, "--uri", first.url, "--yes"])
            #expect(back.status == 0, "\(back.output)\(back.errors)")
            #expect(try house.call("/Plain/echo", "1") == "1")
        }
    }
}
