import ControlProtocol
import FoundationEssentials
import Glibc
import Testing

extension EndToEnd {
    /// Starting, stopping and reloading, by hand and as systemd does it.
    @Suite(.serialized)
    struct LifecycleTests {
        @Test(arguments: [SIGTERM, SIGINT])
        func aStopAnswersWhoWaitsAndLosesNothing(signal: Int32) throws {
            let house = try House(["--shutdown-grace", "500ms"])
            try house.register()
            let waiting = try house.ingress.open(
                "POST",
                "/Plain/nap",
                headers: ["content-type": "application/json"],
                body: Array(#"{"id":"n","milliseconds":2500}"#.utf8)
            )
            try eventually("the call to run") { house.effects.count("asleep", id: "n") == 1 ? true : nil }
            let process = try #require(house.daemon)
            process.send(signal)
            let answer = try HTTPPort.answer(on: waiting)
            #expect(answer.status == 503)
            #expect(answer.headers["x-restate-id"]?.hasPrefix("inv_1") == true)
            #expect(try process.wait(seconds: 20) == .status(0))
            try house.start()
            try eventually("the nap to end") { house.effects.count("awake", id: "n") == 1 ? true : nil }
            #expect(house.effects.count("asleep", id: "n") <= 2)
        }

        @Test func aReloadTakesUpWhatItCanAndNamesTheRest() throws {
            let house = try House(start: false)
            let path = house.directory + "/my.conf"
            try Data("log-level = info\nshutdown-grace = 1s\n".utf8).write(to: URL(filePath: path))
            let process = try house.launch(extraFlags: ["--config", path])
            try house.waitUntilServing(process)
            try Data("log-level = debug\nquery-workers = 5\n".utf8).write(to: URL(filePath: path))
            process.send(SIGHUP)
            try eventually("the reload in the log") {
                house.log.contains("query-workers") && house.log.contains("restart") ? true : nil
            }
            try Data("nonsense = 1\n".utf8).write(to: URL(filePath: path))
            process.send(SIGHUP)
            try eventually("the refused reload in the log") { house.log.contains("nonsense") ? true : nil }
            house.expectServing()
        }

        @Test func systemdIsToldOfEveryStep() throws {
            let house = try House(start: false)
            let path = house.directory + "/notify"
            let notify = try NotifySocket(path: path)
            house.environment["NOTIFY_SOCKET"] = path
            let process = try house.launch()
            let start = try notify.lines(until: "READY=1")
            try house.waitUntilServing(process)
            #expect(start.contains { $0.hasPrefix("STATUS=") })
            process.send(SIGHUP)
            let reload = try notify.lines(until: "READY=1")
            #expect(reload.contains("RELOADING=1"))
            process.send(SIGTERM)
            try notify.lines(until: "STOPPING=1")
            #expect(try process.wait(seconds: 20) == .status(0))
        }

        @Test(
            .enabled(
                if: FileManager.default.isExecutableFile(atPath: Prerequisites.socketActivate)
                    || Prerequisites.mustBeMet,
                "systemd-socket-activate is missing; run `make deps`"
            )
        )
        func passedSocketsAreTakenByName() throws {
            let house = try House(start: false)
            let process = try ChildProcess(
                Prerequisites.socketActivate,
                [
                    "-l", "127.0.0.1:\(house.ingress.port)", "-l", house.socketPath, "-l",
                    "127.0.0.1:\(house.admin.port)",
                    "--fdname=ingress:control:admin", Prerequisites.program("perdured"),
                    "--data-dir", house.dataDirectory, "--ingress-address", "127.0.0.1:\(try freePort())",
                    "--admin-address", "127.0.0.1:\(try freePort())", "--control-socket",
                    house.directory + "/other.sock",
                ],
                environment: ["PATH": "/usr/bin:/bin", "HOME": house.directory],
                outputPath: house.directory + "/activated.log"
            )
            try house.waitUntilServing(process)
            #expect(try house.admin.get("/health").status == 200)
            #expect(try house.client(["status"]).status == 0)
            #expect(!FileManager.default.fileExists(atPath: house.directory + "/other.sock"))
            process.send(SIGTERM)
            #expect(try process.wait(seconds: 20) == .status(0))
            #expect(FileManager.default.fileExists(atPath: house.socketPath), "a passed socket belongs to systemd")
        }

        @Test func aDirectoryThatIsHeldIsRefusedAndForeignFilesAreLeftAlone() throws {
            let house = try House(start: false)
            try FileManager.default.createDirectory(atPath: house.dataDirectory, withIntermediateDirectories: true)
            let foreign = URL(filePath: house.dataDirectory + "/notes.txt")
            try Data("mine".utf8).write(to: foreign)
            try house.start()
            let second = try ChildProcess(
                Prerequisites.program("perdured"),
                [
                    "--data-dir", house.dataDirectory, "--ingress-address", "127.0.0.1:\(try freePort())",
                    "--admin-address", "off", "--control-socket", house.directory + "/second.sock",
                ],
                environment: ["HOME": house.directory],
                outputPath: house.directory + "/second.log"
            )
            guard case .status(let status) = try second.wait(seconds: 20) else {
                throw HarnessError("the second daemon crashed: \(second.output)")
            }
            #expect(status != 0)
            #expect(second.output.contains(house.dataDirectory))
            #expect(try Data(contentsOf: foreign) == Data("mine".utf8))
            house.expectServing()
        }

        @Test func theSocketOfADeadDaemonIsReplacedThatOfALivingOneIsNot() throws {
            let house = try House()
            house.killDaemon()
            #expect(FileManager.default.fileExists(atPath: house.socketPath))
            #expect(try house.client(["status"]).status == 3)
            try house.start()
            #expect(try house.client(["status"]).status == 0)
            let other = try ChildProcess(
                Prerequisites.program("perdured"),
                [
                    "--data-dir", house.directory + "/other", "--ingress-address", "127.0.0.1:\(try freePort())",
                    "--admin-address", "off", "--control-socket", house.socketPath,
                ],
                environment: ["HOME": house.directory],
                outputPath: house.directory + "/other.log"
            )
            #expect(try other.wait(seconds: 20) != .status(0))
            #expect(try house.client(["status"]).status == 0)
        }

        @Test func anAddressThatIsTakenIsNamed() throws {
            let house = try House()
            let other = try ChildProcess(
                Prerequisites.program("perdured"),
                [
                    "--data-dir", house.directory + "/other", "--ingress-address", "127.0.0.1:\(house.ingress.port)",
                    "--admin-address", "off", "--control-socket", house.directory + "/other.sock",
                ],
                environment: ["HOME": house.directory],
                outputPath: house.directory + "/other.log"
            )
            #expect(try other.wait(seconds: 20) != .status(0))
            #expect(other.output.contains("127.0.0.1:\(house.ingress.port)"))
        }

        @Test func theConfigurationIsCheckedBeforeAnythingElse() throws {
            let house = try House(start: false)
            let checked = try house.launch(extraFlags: ["--check-config"])
            #expect(try checked.wait(seconds: 20) == .status(0))
            #expect(checked.output.contains("ingress-address = 127.0.0.1:\(house.ingress.port)"))
            let wrong = try house.launch(extraFlags: ["--ingres-address", "x"])
            #expect(try wrong.wait(seconds: 20) == .status(2))
            #expect(wrong.output.contains("--ingress-address"))
            #expect(!FileManager.default.fileExists(atPath: house.dataDirectory))
        }

        @Test func theClientShowsWhatIsThere() throws {
            let house = try House()
            try house.register()
            _ = try house.call("/Plain/echo", "{}")
            for command in [["status"], ["services", "list"], ["deployments", "list"], ["invocations", "list"]] {
                let table = try house.client(command)
                // That there is nothing to show is said beside the table, not in it.
                #expect(table.status == 0 && !(table.output + table.errors).isEmpty, "\(command): \(table.errors)")
                let json = try house.client(command + ["--json"])
                #expect(throws: Never.self) { try JSONDecoder().decode(JSONValue.self, from: Data(json.output.utf8)) }
            }
            let services = try house.client(["services", "list"]).output
            for word in ["NAME", "REVISION", "FLAVOR", "DEPLOYMENT TYPE", "DEPLOYMENT ID", "Plain", "Counter"] {
                #expect(services.uppercased().contains(word.uppercased()), "\(word)")
            }
            #expect(try house.client(["services", "describe", "Plain"]).status == 0)
            #expect(try house.client(["services", "describe", "Nobody"]).status == 1)
            #expect(try house.client(["nonsense"]).status == 2)
        }
    }
}
