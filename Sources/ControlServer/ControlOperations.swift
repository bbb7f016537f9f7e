import ControlProtocol
import DurableModel
import Operations
import Runtime

/// The operations as methods of the control socket: decode, call, render. No rule is decided here.
package final class ControlOperations: ControlHandler {
    /// What `status` tells of the daemon that nobody else knows.
    package struct Facts: Sendable {
        package var processID: Int
        package var startedAt: ControlTime
        package var dataDirectory: String
        package var ingressAddress: String?
        package var adminAddress: String?
        package var requestIdentityPublicKey: String?

        package init(
            processID: Int,
            startedAt: ControlTime,
            dataDirectory: String,
            ingressAddress: String?,
            adminAddress: String?,
            requestIdentityPublicKey: String?
        ) {
            self.processID = processID
            self.startedAt = startedAt
            self.dataDirectory = dataDirectory
            self.ingressAddress = ingressAddress
            self.adminAddress = adminAddress
            self.requestIdentityPublicKey = requestIdentityPublicKey
        }
    }

    let operations: Operations
    let facts: Facts
    private unowned let server: ControlServer
    private let renderOpenAPI: (String) -> [UInt8]
    private lazy var drainWatch = DrainWatch(owner: self)

    /// `renderOpenAPI` writes the OpenAPI document of the service of that name.
    package init(
        operations: Operations,
        server: ControlServer,
        facts: Facts,
        renderOpenAPI: @escaping (String) -> [UInt8]
    ) {
        self.operations = operations
        self.server = server
        self.facts = facts
        self.renderOpenAPI = renderOpenAPI
    }

    package func handle(
        _ method: ControlMethod,
        _ request: ControlRequest,
        from peer: ControlPeer,
        reply: ControlReplyHandle
    ) {
        let actor = OperationActor(
            name: "uid \(peer.userID)",
            source: .connection(UInt64(UInt32(bitPattern: peer.processID)), of: .control)
        )
        do throws(ControlError) {
            switch method {
            case .hello: throw ControlError(.invalidRequest, "hello is the first request of a connection")
            case .status:
                _ = try request.parameters(GetStatus.Parameters.self)
                server.reply(reply, result: status())
            case .deploymentsRegister, .deploymentsList, .deploymentsDescribe, .deploymentsRemove, .deploymentsUpdate,
                .deploymentsWait, .deploymentsPrune, .deploymentsHistory:
                try handleDeployments(method, request, actor, reply)
            case .servicesList, .servicesDescribe, .servicesStatus, .servicesConfigure, .servicesOpenAPI:
                try handleServices(method, request, actor, reply)
            case .invocationsList, .invocationsDescribe, .invocationsOperate, .invocationsBatch:
                try handleInvocations(method, request, actor, reply)
            case .stateGet: getState(try request.parameters(GetState.Parameters.self), reply)
            case .statePatch: try patchState(try request.parameters(PatchState.Parameters.self), actor, reply)
            case .sqlQuery: query(try request.parameters(RunQuery.Parameters.self), reply)
            }
        } catch {
            server.reply(reply, error: error)
        }
    }

    private func handleDeployments(
        _ method: ControlMethod,
        _ request: ControlRequest,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) throws(ControlError) {
        switch method {
        case .deploymentsRegister:
            register(try request.parameters(RegisterDeployment.Parameters.self), actor, reply)
        case .deploymentsList: try listDeployments(try request.parameters(ListDeployments.Parameters.self), reply)
        case .deploymentsDescribe:
            try describeDeployment(try request.parameters(DescribeDeployment.Parameters.self), reply)
        case .deploymentsRemove: remove(try request.parameters(RemoveDeployment.Parameters.self), actor, reply)
        case .deploymentsUpdate: update(try request.parameters(UpdateDeployment.Parameters.self), actor, reply)
        case .deploymentsWait:
            try drainWatch.add(try request.parameters(WaitDeployment.Parameters.self), reply)
        case .deploymentsPrune: prune(try request.parameters(PruneDeployments.Parameters.self), actor, reply)
        case .deploymentsHistory:
            history(of: try request.parameters(DeploymentHistory.Parameters.self).id, reply)
        default: throw ControlError(.methodNotFound)
        }
    }

    private func handleServices(
        _ method: ControlMethod,
        _ request: ControlRequest,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) throws(ControlError) {
        switch method {
        case .servicesList: listServices(try request.parameters(ListServices.Parameters.self), reply)
        case .servicesDescribe:
            let name = try request.parameters(DescribeService.Parameters.self).name
            server.reply(reply, result: try describeService(name))
        case .servicesStatus: serviceStatus(try request.parameters(ServiceStatus.Parameters.self).name, reply)
        case .servicesConfigure: configure(try request.parameters(ConfigureService.Parameters.self), actor, reply)
        case .servicesOpenAPI:
            let name = try request.parameters(ServiceOpenAPI.Parameters.self).name
            server.reply(reply, result: try openAPI(of: name), isLong: true)
        default: throw ControlError(.methodNotFound)
        }
    }

    private func openAPI(of name: String) throws(ControlError) -> ServiceOpenAPI.Result {
        do { _ = try operations.service(name) } catch { throw ControlError(error) }
        do {
            return ServiceOpenAPI.Result(document: try ControlCodec.decode(JSONValue.self, from: renderOpenAPI(name)))
        } catch {
            throw ControlError(.internalError, "the document of '\(name)' cannot be read: \(error)")
        }
    }

    private func handleInvocations(
        _ method: ControlMethod,
        _ request: ControlRequest,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) throws(ControlError) {
        switch method {
        case .invocationsList: try listInvocations(try request.parameters(ListInvocations.Parameters.self), reply)
        case .invocationsDescribe:
            describeInvocation(try request.parameters(DescribeInvocation.Parameters.self).id, reply)
        case .invocationsOperate:
            try operate(try request.parameters(OperateInvocation.Parameters.self), actor, reply)
        case .invocationsBatch:
            try operateMany(try request.parameters(OperateInvocations.Parameters.self), actor, reply)
        default: throw ControlError(.methodNotFound)
        }
    }

    /// Answers with what an operation came to.
    func answer<Value, Rendered: Encodable & Sendable>(
        _ reply: ControlReplyHandle,
        _ result: Result<Value, OperationError>,
        _ render: (Value) -> Rendered
    ) {
        switch result {
        case .success(let value): server.reply(reply, result: render(value))
        case .failure(let error): server.reply(reply, error: ControlError(error))
        }
    }

    func answer(_ reply: ControlReplyHandle, error: ControlError) { server.reply(reply, error: error) }

    /// Tells a peer how a request of it goes.
    func notify(_ reply: ControlReplyHandle, method: String, _ parameters: some Encodable) {
        server.notify(reply, method: method, parameters)
    }

    /// Whether a peer still waits for an answer.
    func isAwaited(_ reply: ControlReplyHandle) -> Bool { server.isAwaited(reply) }

    /// Answers with a long result, written on another thread.
    func answer(_ reply: ControlReplyHandle, long result: some Encodable & Sendable) {
        server.reply(reply, result: result, isLong: true)
    }

    private func status() -> GetStatus.Result {
        let runtime = operations.runtime
        var invocations: [InvocationStatus: Int] = [:]
        for (key, count) in runtime.counts {
            if let status = InvocationStatus(rawValue: key.status.name) { invocations[status, default: 0] += count }
        }
        return GetStatus.Result(
            state: runtime.isServing ? (runtime.isStorageFull ? .storageFull : .serving) : .stopping,
            processId: facts.processID,
            startedAt: facts.startedAt,
            dataDirectory: facts.dataDirectory,
            ingressAddress: facts.ingressAddress,
            adminAddress: facts.adminAddress,
            requestIdentityPublicKey: facts.requestIdentityPublicKey,
            deployments: runtime.catalog.deployments.count,
            services: runtime.catalog.services.count,
            invocations: invocations
        )
    }
}
