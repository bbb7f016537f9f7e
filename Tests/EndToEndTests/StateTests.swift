import ControlProtocol
import FoundationEssentials
import Glibc
import Testing

extension EndToEnd {
    /// States of keys and options of services, changed by hand.
    @Suite(.serialized)
    struct StateTests {
        private struct Shown: Decodable {
            let version: String
            let state: [String: JSONValue]
        }

        private func shown(_ house: House, _ key: String = "k") throws -> Shown {
            try house.result(["state", "get", "Counter", key])
        }

        /// An editor that is a program: it does this to the file.
        private func editor(_ house: House, _ script: String) throws -> [String: String] {
            let path = house.directory + "/editor-\(UInt32.random(in: 0...UInt32.max))"
            try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
            chmod(path, 0o700)
            return ["EDITOR": path, "TMPDIR": house.directory]
        }

        @Test func aStateIsReadAndChanged() throws {
            let house = try House()
            try house.register()
            #expect(try house.call("/Counter/k/add", "5") == "5")
            #expect(try shown(house).state == ["total": .integer(5)])
            try house.done(["state", "set", "Counter", "k", "total", "7"])
            #expect(try house.ask("/Counter/k/total") == "7")
            try house.done([
                "state", "patch", "Counter", "k",
                #"[{"op":"test","path":"/total","value":7},{"op":"copy","from":"/total","path":"/was"},"#
                    + #"{"op":"replace","path":"/total","value":8}]"#,
            ])
            #expect(try shown(house).state == ["total": .integer(8), "was": .integer(7)])
            let unfit = try house.client([
                "state", "patch", "Counter", "k", #"[{"op":"test","path":"/total","value":1}]"#,
            ])
            #expect(unfit.status == 1)
            try house.done(["state", "edit", "Counter", "k"], environment: editor(house, #"sed -i s/8/9/ "$1""#))
            #expect(try house.ask("/Counter/k/total") == "9")
            let bad = try house.client(
                ["state", "edit", "Counter", "k"],
                environment: editor(house, #"echo x > "$1""#)
            )
            #expect(bad.status == 1)
            let kept = bad.errors.split(separator: " ").last { $0.hasPrefix(house.directory) }
            let path = try #require(kept.map { $0.split(whereSeparator: \.isNewline)[0] })
            #expect(try String(contentsOf: URL(filePath: String(path)), encoding: .utf8) == "x\n")
            #expect(
                try house.client(["state", "edit", "Counter", "k"], environment: editor(house, "exit 1")).status == 1
            )
            try house.done(["state", "clear", "Counter", "k", "was", "--yes"])
            #expect(try shown(house).state == ["total": .integer(9)])
            try house.done(["state", "clear", "Counter", "k", "--yes"])
            #expect(try house.ask("/Counter/k/total") == "0")
        }

        @Test func aChangeMadeForAnotherVersionIsRefused() throws {
            let house = try House()
            try house.register()
            #expect(try house.call("/Counter/k/add", "1") == "1")
            let seen = try shown(house).version
            #expect(try house.call("/Counter/k/add", "1") == "2")
            let late = try house.client(["state", "set", "Counter", "k", "total", "9", "--if-version", seen])
            #expect(late.status == 1 && late.errors.contains("changed"), "\(late.errors)")
            // Somebody else is faster than the editor.
            let slow = try editor(
                house,
                "curl -s -X POST -H content-type:application/json -d 1 http://127.0.0.1:\(house.ingress.port)/Counter/k/add"
                    + #" > /dev/null; sed -i s/2/9/ "$1""#
            )
            let edited = try house.client(["state", "edit", "Counter", "k"], environment: slow)
            #expect(edited.status == 1, "\(edited.output) \(edited.errors)")
            #expect(try house.ask("/Counter/k/total") == "3")
            let http = try house.admin.post(
                "/services/Counter/state",
                json: #"{"object_key":"k","new_state":{},"version":"\#(seen)"}"#
            )
            #expect(http.status == 409)
        }

        @Test func aLargeStateIsTaken() throws {
            let house = try House()
            try house.register()
            // Three characters and a comma for each byte: a body of 12 MB.
            let bytes = 3 << 20
            var body = Array(#"{"object_key":"k","new_state":{"large":["#.utf8)
            body.reserveCapacity(4 * bytes + 100)
            for _ in 1..<bytes { body += Array("120,".utf8) }
            body += Array("120]}}".utf8)
            let answer = try house.admin.exchange(
                "POST",
                "/services/Counter/state",
                headers: ["content-type": "application/json"],
                body: body
            )
            #expect(answer.status == 202, "\(answer.text)")
            #expect(
                try house.column(
                    "SELECT CAST(length(value) AS TEXT) AS n FROM state WHERE service_key = 'k' AND key = 'large'"
                ) == ["\(bytes)"]
            )
            #expect(try house.ask("/Counter/k/names") == #"["large"]"#)
            house.expectServing()
        }

        @Test func onlySoManyChangesWaitForAKey() throws {
            let house = try House()
            try house.register()
            _ = try house.send("/Counter/k/hold/send", "600000")
            try eventually("the key to be held") { house.effects.count("held", id: "k") > 0 ? true : nil }
            let change = #"{"object_key":"k","new_state":{"total":[49]}}"#
            var statuses: [Int] = []
            for _ in 1...17 { statuses.append(try house.admin.post("/services/Counter/state", json: change).status) }
            #expect(statuses == Array(repeating: 202, count: 16) + [429])
            #expect(try house.client(["state", "set", "Counter", "k", "total", "1"]).status == 1)
        }

        @Test func optionsOfAServiceLastUntilItsNextRevision() throws {
            let house = try House()
            try house.register()
            let set = ["services", "config", "set", "Plain", "--visibility", "private", "--abort-timeout", "2m"]
            try house.done(set)
            #expect(try house.ingress.post("/Plain/echo", json: "{}").status == 400)
            let settings: ServiceSettings = try house.result(["services", "config", "view", "Plain"])
            #expect(settings.isPublic == false && settings.abortTimeoutMilliseconds == 120_000)
            try house.done(
                ["services", "config", "edit", "Plain"],
                environment: editor(house, #"sed -i 's/false/true/; s/120000/60000/' "$1""#)
            )
            #expect(try house.ingress.post("/Plain/echo", json: "{}").status == 200)
            let details: ServiceDetails = try house.result(["services", "describe", "Plain"])
            #expect(details.abortTimeoutMilliseconds == 60_000 && details.isEdited == true)
            let unset = try house.client(
                ["services", "config", "edit", "Plain"],
                environment: editor(house, #"echo '{}' > "$1""#)
            )
            #expect(unset.status == 1)
            let next: RegisterDeployment.Result = try house.result([
                "deployments", "register", try house.startService().url, "--yes",
            ])
            #expect(next.warnings.contains { $0.contains("'Plain'") && $0.contains("timeouts") }, "\(next.warnings)")
            let after: ServiceSettings = try house.result(["services", "config", "view", "Plain"])
            #expect(after.abortTimeoutMilliseconds == nil)
        }
    }
}
