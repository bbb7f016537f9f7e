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

        @Test func aKillDuringARegistrationLeavesTheOldCatalogOrTheNew() throws {
            let house = try House()
            let service = try house.startService()
            let first: RegisterDeployment.Result = try house.result(["deployments", "register", service.url])
            let names = Set(first.deployment.services.map(\.name))
            var before = try catalog(house)
            var (old, new) = (0, 0)
            // From before the request is read to after its answer: discovery takes some milliseconds.
            for round in 0..<24 {
                let request = try house.admin.open(
                    "POST",
                    "/deployments",
                    headers: ["content-type": "application/json"],
                    body: Array(#"{"uri":"\#(service.url)/","force":true}"#.utf8)
                )
                usleep(UInt32(round) * Self.stepMicroseconds)
                house.killDaemon()
                let answer = try? HTTPPort.answer(on: request)
                try house.start()
                let after = try catalog(house)
                if after == before {
                    old += 1
                    #expect((answer?.status ?? 0) / 100 != 2, "what was acknowledged is there after round \(round)")
                } else {
                    new += 1
                    #expect(Set(after.latest.keys) == names)
                    #expect(Set(after.deployments.values.flatMap { $0 }.map(\.name)) == names)
                    // All services moved on by one, or none did.
                    let revisions = Set(after.deployments.values.flatMap { $0 }.map(\.revision))
                    #expect(revisions.count == 1, "a mixture after round \(round): \(after)")
                    let last = Set(before.deployments.values.flatMap { $0 }.map(\.revision)).first ?? 0
                    #expect(revisions.first == last + 1)
                }
                #expect(try house.call("/Plain/echo", "{}") == "{}")
                before = after
            }
            #expect(old + new == 24)
        }
    }
}
