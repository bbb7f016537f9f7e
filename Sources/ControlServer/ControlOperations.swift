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

        package init(
            processID: Int,
            startedAt: ControlTime,
            dataDirectory: String,
            ingressAddress: String?,
            adminAddress: String?
        ) {
            self.processID = processID
            self.startedAt = startedAt
            self.dataDirectory = dataDirectory
            self.ingressAddress = ingressAddress
            self.adminAddress = adminAddress
        }
    }

    let operations: Operations
    let facts: Facts
    private unowned let server: ControlServer

    package init(operations: Operations, server: ControlServer, facts: Facts) {
        self.operations = operations
        self.server = server
        self.facts = facts
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
            case .status: server.reply(reply, result: status())
            case .deploymentsRegister:
                register(try request.parameters(RegisterDeployment.Parameters.self), actor, reply)
            case .deploymentsList: server.reply(reply, result: listDeployments(), isLong: true)
            case .deploymentsDescribe:
                let id = try request.parameters(DescribeDeployment.Parameters.self).id
                server.reply(reply, result: try describeDeployment(id))
            case .deploymentsRemove:
                remove(try request.parameters(RemoveDeployment.Parameters.self), actor, reply)
            case .servicesList: server.reply(reply, result: listServices(), isLong: true)
            case .servicesDescribe:
                let name = try request.parameters(DescribeService.Parameters.self).name
                server.reply(reply, result: try describeService(name))
            case .invocationsList:
                listInvocations(try request.parameters(ListInvocations.Parameters.self), reply)
            case .invocationsDescribe:
                describeInvocation(try request.parameters(DescribeInvocation.Parameters.self).id, reply)
            case .invocationsCancel:
                cancel(try request.parameters(CancelInvocation.Parameters.self).id, actor, reply)
            case .invocationsKill:
                kill(try request.parameters(KillInvocation.Parameters.self).id, actor, reply)
            case .sqlQuery:
                query(try request.parameters(RunQuery.Parameters.self), reply)
            }
        } catch {
            server.reply(reply, error: error)
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
            deployments: runtime.catalog.deployments.count,
            services: runtime.catalog.services.count,
            invocations: invocations
        )
    }
}
