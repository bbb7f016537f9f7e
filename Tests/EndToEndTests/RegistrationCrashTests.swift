import ControlProtocol
import FoundationEssentials
import Glibc
import Testing

extension EndToEnd {
    /// The daemon is killed at any point of a registration: what it finds at its next start is the old catalog or the new.
    @Suite(.serialized)
    struct RegistrationCrashTests {
        private struct Catalog: Equatable {
            /// The services of each deployment with their revisions.
            let deployments: [String: [ServiceRevision]]
            /// The latest revision of each service, and where it lives.
            let latest: [String: String]
        }

        /// From one moment of a kill to the next.
        private static let stepMicroseconds: UInt32 = 1500

        private func catalog(_ house: House) throws -> Catalog {
            let deployments: ListDeployments.Result = try house.result(["deployments", "list"])
            let services: ListServices.Result = try house.result(["services", "list"])
            return Catalog(
                deployments: Dictionary(uniqueKeysWithValues: deployments.deployments.map { ($0.id, $0.services) }),
                latest: Dictionary(
                    uniqueKeysWithValues: services.services.map { ($0.name, "\($0.revision) \($0.deploymentId)") }
                )
            )
        }

        /// How often the old catalog was found, and how often the new.
        private struct Found {
            var old = 0
            var new = 0
        }

        /// A registration of the same services at an address of their own, under way.
        private func begin(_ house: House, _ service: PythonService, _ version: String) throws -> Socket {
            try house.admin.open(
                "POST",
                "/deployments",
                headers: ["content-type": "application/json"],
                body: Array(#"{"uri":"\#(service.url)/\#(version)"}"#.utf8)
            )
        }

        /// Starts the killed daemon and compares what it has with what it had.
        private func judge(
            _ house: House,
            _ before: inout Catalog,
            _ found: inout Found,
            answer: Answer?,
            _ moment: String
        ) throws {
            try house.start()
            let after = try catalog(house)
            if after == before {
                found.old += 1
                #expect((answer?.status ?? 0) / 100 != 2, "what was acknowledged is there after \(moment)")
            } else {
                found.new += 1
                #expect(after.latest.keys.sorted() == before.latest.keys.sorted(), "\(moment)")
                // All services moved on by one to the same deployment, or none did.
                let latest = Set(after.latest.values)
                #expect(latest.count == 1, "a mixture after \(moment): \(after)")
                let added = after.deployments.filter { before.deployments[$0.key] == nil }
                #expect(added.count == 1 && after.deployments.count == before.deployments.count + 1, "\(moment)")
                for (id, services) in added {
                    #expect(services.map(\.name).sorted() == before.latest.keys.sorted(), "\(moment)")
                    #expect(latest == ["\(before.deployments.count + 1) \(id)"], "\(moment)")
                }
            }
            #expect(try house.call("/Plain/echo", "{}") == "{}")
            before = after
        }

        @Test func aKillAtAnyTimeOfARegistrationLeavesTheOldCatalogOrTheNew() throws {
            let house = try House()
            let service = try house.register()
            var before = try catalog(house)
            var found = Found()
            // From before the request is read to after its answer: discovery takes some milliseconds.
            for round in 0..<24 {
                let request = try begin(house, service, "\(round)")
                usleep(UInt32(round) * Self.stepMicroseconds)
                house.killDaemon()
                try judge(house, &before, &found, answer: try? HTTPPort.answer(on: request), "round \(round)")
            }
            let request = try begin(house, service, "last")
            let answer = try HTTPPort.answer(on: request)
            house.killDaemon()
            let new = found.new
            try judge(house, &before, &found, answer: answer, "an answer")
            #expect(found.new == new + 1)
        }

        /// Between two changes that others can see there is a call of these to the kernel. The daemon is killed as it makes
        /// the first of one kind, the second and so on, until a registration goes through.
        @Test(.enabled(if: Tracer.works, "strace is missing, or may not trace"))
        func aKillBeforeAnyWriteOfARegistrationLeavesTheOldCatalogOrTheNew() throws {
            let house = try House()
            let service = try house.register()
            var before = try catalog(house)
            var found = Found()
            for kind in Tracer.writes {
                for count in 1...100 {
                    let daemon = try #require(house.daemon)
                    let moment = "\(kind) \(count)"
                    let tracer = try Tracer(killing: daemon, at: kind, count, directory: house.directory)
                    let answer = try? HTTPPort.answer(on: begin(house, service, "\(kind)-\(count)"))
                    guard answer == nil || daemon.hasEnded() else {
                        tracer.stop()
                        #expect(answer?.status == 201, "\(moment)")
                        before = try catalog(house)
                        break
                    }
                    try daemon.wait(seconds: 10)
                    tracer.stop()
                    try judge(house, &before, &found, answer: answer, moment)
                }
            }
            #expect(found.old > 0 && found.new > 0, "\(found)")
        }
    }
}
