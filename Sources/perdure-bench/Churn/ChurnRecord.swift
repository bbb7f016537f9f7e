import ControlProtocol
import EventLoop
import Glibc

/// What the operators were told: which deployments there are and were, and which revisions were given.
final class ChurnRecord {
    struct Known {
        var service: Int
        var revision: Int
        /// When the daemon had said that it is gone, in milliseconds since 1970.
        var removedAt: Int64?
    }

    let services: Int
    private let endpoint: String
    private(set) var deployments: [String: Known] = [:]
    /// The ids of those that are not gone.
    private(set) var live: [String] = []
    /// By service, the revisions in the order of the answers.
    private(set) var given: [[Int]]
    private var versions: [Int]
    private var counts: [String: Int] = [:]
    private(set) var failure: BenchError?

    init(endpoint: String, services: Int) {
        self.endpoint = endpoint
        self.services = services
        given = Array(repeating: [], count: services)
        versions = Array(repeating: 0, count: services)
    }

    static func name(of service: Int) -> String { "One\(service)" }

    func registerFirst(of service: Int, _ line: ControlLine) throws(BenchError) {
        let parameters = RegisterDeployment.Parameters(uri: nextAddress(of: service))
        registered(service, .success(try line.ask(RegisterDeployment.self, parameters)))
    }

    /// An address at which nothing is registered yet.
    func nextAddress(of service: Int) -> String {
        versions[service] += 1
        return "\(endpoint)/one/\(service)/\(versions[service])"
    }

    func registered(_ service: Int, _ result: Result<RegisterDeployment.Result, ControlError>) {
        count("registrations", result)
        guard case .success(let registration) = result else { return fail("a registration", result) }
        let deployment = registration.deployment
        guard registration.outcome == .created, let revision = deployment.services.first?.revision,
            deployments.updateValue(Known(service: service, revision: revision), forKey: deployment.id) == nil
        else { return fail("a registration came to \(registration.outcome)") }
        live.append(deployment.id)
        given[service].append(revision)
    }

    func updated(_ result: Result<UpdateDeployment.Result, ControlError>) {
        count("updates", result)
        guard case .failure(let error) = result else { return }
        let expected: [ControlErrorCode] = [.deploymentNotFound, .deploymentChanged]
        if !expected.contains(where: { $0.rawValue == error.code }) { fail("an update", result) }
    }

    func removed(_ id: String, _ result: Result<RemoveDeployment.Result, ControlError>) {
        count("removals", result)
        switch result {
        case .success(let removal):
            guard deployments[id]?.removedAt == nil else { return fail("\(id) was removed twice") }
            if removal.orphanedInvocations > 0 { return fail("a removal without force orphaned invocations") }
            deployments[id]?.removedAt = Self.now
            live.removeAll { $0 == id }
        case .failure(let error):
            let expected: [ControlErrorCode] = [.deploymentNotFound, .deploymentNotDrained]
            if !expected.contains(where: { $0.rawValue == error.code }) { fail("a removal", result) }
        }
    }

    /// `registrations 5120 done, 0 refused; …`
    var text: String {
        ["registrations", "updates", "removals"].map { name in
            "\(name) \(counts[name, default: 0]) done, \(counts[name + " refused", default: 0]) refused"
        }.joined(separator: "; ")
    }

    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private func count<Success>(_ name: String, _ result: Result<Success, ControlError>) {
        switch result {
        case .success: counts[name, default: 0] += 1
        case .failure: counts[name + " refused", default: 0] += 1
        }
    }

    private func fail<Success>(_ what: String, _ result: Result<Success, ControlError>) {
        if case .failure(let error) = result { fail("\(what) was refused: \(error.message)") }
    }

    private func fail(_ text: String) { failure = failure ?? .failed(text) }
}
