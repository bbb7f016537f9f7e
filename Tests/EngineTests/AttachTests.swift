import DurableModel
import Engine
import ServiceProtocol
import Simulation
import Testing

/// Handlers that attach to other invocations or fetch their output (invocations.md, section 8).
@Suite struct AttachTests {
    private func attach(_ target: InvocationTargetReference, _ id: UInt32 = 1) -> ServiceMessage {
        command(.attachInvocation(target: target, completionID: id))
    }

    private func output(_ target: InvocationTargetReference, _ id: UInt32 = 1) -> ServiceMessage {
        command(.getInvocationOutput(target: target, completionID: id))
    }

    private let idempotent = InvocationTargetReference.idempotentRequest(
        serviceName: "Counter",
        serviceKey: "k",
        handlerName: "get",
        idempotencyKey: "i",
        scope: nil
    )
    private let workflow = InvocationTargetReference.workflow(name: "Flow", key: "k", scope: nil)

    /// 1 asks; 2 to 4 are asked for by id, by idempotency key and as the run of a workflow.
    private func desk() throws -> Desk {
        let desk = try Desk()
        try desk.invoke()
        try desk.invoke()
        try desk.invoke("Counter", "get", key: "k", idempotencyKey: "i")
        try desk.invoke("Flow", "run", key: "k")
        return desk
    }

    @Test func attachingWaitsAndOutputLooks() throws {
        let desk = try desk()
        let targets = [.invocationID(try desk.id(2).description), idempotent, workflow]
        for (place, target) in targets.enumerated() {
            let first = UInt32(place * 4)
            #expect(try desk.receive(1, attach(target, first + 1)) == [])
            #expect(
                try desk.receive(1, output(target, first + 2)) == ["send 1: GetInvocationOutput(\(first + 2))=void"]
            )
            let number = Int64(place + 2)
            #expect(
                try desk.receive(number, EngineTests.output, .end)
                    == ["finish \(number)", "send 1: AttachInvocation(\(first + 1))='done'"]
            )
            #expect(
                try desk.receive(1, output(target, first + 3), attach(target, first + 4)) == [
                    "send 1: GetInvocationOutput(\(first + 3))='done'",
                    "send 1: AttachInvocation(\(first + 4))='done'",
                ]
            )
        }
        #expect(desk.storage.rows.attachments.isEmpty)
    }

    @Test func whatIsNotThereIsNotFound() throws {
        let desk = try desk()
        let targets = [
            InvocationTargetReference.invocationID(InvocationID(partitionKey: 1, high: 2, low: 3).description),
            .workflow(name: "Flow", key: "other", scope: nil),
            .workflow(name: "Nobody", key: "k", scope: nil),
        ]
        for (place, target) in targets.enumerated() {
            let id = UInt32(place * 2 + 1)
            #expect(
                try desk.receive(1, attach(target, id), output(target, id + 1)) == [
                    "send 1: AttachInvocation(\(id))=failure 404",
                    "send 1: GetInvocationOutput(\(id + 1))=failure 404",
                ]
            )
        }
    }

    @Test func attachedIsWokenAfterARestartAndSeesFailures() throws {
        let desk = try desk()
        try desk.receive(1, attach(workflow), suspend(.completion(1)))
        try desk.restart()
        let opening = "Start(3) Input AttachInvocation(1) AttachInvocation(1)=failure 409"
        #expect(try desk.kill(4).contains { $0.hasSuffix(opening) })
    }

    @Test func whoeverAttachesToItselfWaitsForEver() throws {
        let desk = try desk()
        try desk.receive(1, attach(.invocationID(try desk.id(1).description)))
        #expect(try desk.receive(1, EngineTests.output, .end) == ["finish 1"])
        #expect(desk.storage.complaints.isEmpty)
    }
}
