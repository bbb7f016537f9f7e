/// Every method of the control socket.
package enum ControlMethod: String, CaseIterable, Sendable {
    case hello
    case status
    case deploymentsRegister = "deployments.register"
    case deploymentsList = "deployments.list"
    case deploymentsDescribe = "deployments.describe"
    case deploymentsRemove = "deployments.remove"
    case deploymentsUpdate = "deployments.update"
    case deploymentsWait = "deployments.wait"
    case deploymentsPrune = "deployments.prune"
    case deploymentsHistory = "deployments.history"
    case servicesList = "services.list"
    case servicesDescribe = "services.describe"
    case servicesStatus = "services.status"
    case servicesConfigure = "services.configure"
    case servicesOpenAPI = "services.openapi"
    case invocationsList = "invocations.list"
    case invocationsDescribe = "invocations.describe"
    case invocationsOperate = "invocations.operate"
    case invocationsBatch = "invocations.batch"
    case stateGet = "state.get"
    case statePatch = "state.patch"
    case sqlQuery = "sql.query"

    /// What a peer needs to call it.
    package var privilege: ControlPrivilege {
        switch self {
        case .hello, .status, .deploymentsList, .deploymentsDescribe, .deploymentsWait, .deploymentsHistory,
            .servicesList, .servicesDescribe, .servicesStatus, .servicesOpenAPI, .invocationsList,
            .invocationsDescribe, .stateGet, .sqlQuery:
            .read
        case .deploymentsRegister, .deploymentsRemove, .deploymentsUpdate, .deploymentsPrune, .servicesConfigure,
            .invocationsOperate, .invocationsBatch, .statePatch:
            .operate
        }
    }

    /// The type of its parameters.
    var parametersType: any ControlParameters.Type {
        switch self {
        case .hello: Hello.Parameters.self
        case .status: GetStatus.Parameters.self
        case .deploymentsRegister: RegisterDeployment.Parameters.self
        case .deploymentsList: ListDeployments.Parameters.self
        case .deploymentsDescribe: DescribeDeployment.Parameters.self
        case .deploymentsRemove: RemoveDeployment.Parameters.self
        case .deploymentsUpdate: UpdateDeployment.Parameters.self
        case .deploymentsWait: WaitDeployment.Parameters.self
        case .deploymentsPrune: PruneDeployments.Parameters.self
        case .deploymentsHistory: DeploymentHistory.Parameters.self
        case .servicesList: ListServices.Parameters.self
        case .servicesDescribe: DescribeService.Parameters.self
        case .servicesStatus: ServiceStatus.Parameters.self
        case .servicesConfigure: ConfigureService.Parameters.self
        case .servicesOpenAPI: ServiceOpenAPI.Parameters.self
        case .invocationsList: ListInvocations.Parameters.self
        case .invocationsDescribe: DescribeInvocation.Parameters.self
        case .invocationsOperate: OperateInvocation.Parameters.self
        case .invocationsBatch: OperateInvocations.Parameters.self
        case .stateGet: GetState.Parameters.self
        case .statePatch: PatchState.Parameters.self
        case .sqlQuery: RunQuery.Parameters.self
        }
    }
}

/// A method with the types of its parameters and its result.
package protocol ControlOperation {
    associatedtype Parameters: ControlParameters
    associatedtype Result: Codable & Sendable

    /// The method's name on the wire.
    static var method: ControlMethod { get }
}

/// The parameters of a method: one JSON object whose members are all known. An unknown member is refused rather
/// than passed over, so that a misspelt or newer option is never silently without effect.
package protocol ControlParameters: Codable, Sendable {
    /// The names of all members.
    static var memberNames: [String] { get }
}

/// A member whose value has the right type but cannot be meant; `detail` names it and says what can.
struct MemberFault: Error {
    let detail: String

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Refuses an object within the parameters that has a member of another name: as for the parameters themselves.
    static func check(_ decoder: any Decoder, _ names: [String]) throws {
        let found = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
        guard let unknown = found.first(where: { !names.contains($0) }) else { return }
        throw MemberFault(detail: "there is no member \"\(unknown)\" here; there are \(names.joined(separator: ", "))")
    }
}

/// The parameters of a method that takes none.
package struct NoParameters: ControlParameters, Hashable {
    /// None.
    package static var memberNames: [String] { [] }
    /// The empty object.
    package init() {}
}

/// The parameters of a method about one thing that has an id.
package struct IdentifierParameters: ControlParameters, Hashable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case id }

    /// The id, such as `dp_1…` or `inv_1…`.
    package var id: String

    /// The parameters for this id.
    package init(id: String) { self.id = id }

    package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}
