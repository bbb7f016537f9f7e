import DurableModel
import Engine
import Partition
import Registry
import Runtime
import Testing

@Suite struct RuntimeTests {
    @Test func aCommandIsAnsweredAfterItsTurn() throws {
        let fixture = try RuntimeFixture()
        let unknown = DerivedID.workflow(service: "S", key: "k")
        var answer: Answer?
        fixture.runtime.submit(from: .connection(1, of: .admin)) {
            .operate(.cancel, unknown, actor: "test", $0)
        } then: {
            answer = $0
            fixture.runtime.stop(grace: .zero)
        }
        #expect(answer == nil)
        try fixture.runtime.run()
        guard case .refused(.operation(.notFound, .cancel, unknown)) = answer else {
            Issue.record("answered \(String(describing: answer))")
            return
        }
    }

    @Test func aStopAnswersCommandsThatWait() throws {
        let fixture = try RuntimeFixture()
        var answer: Answer?
        fixture.runtime.submit(from: .connection(1, of: .admin)) {
            .operate(.cancel, DerivedID.workflow(service: "S", key: "k"), actor: "test", $0)
        } then: {
            answer = $0
        }
        fixture.runtime.stop(grace: .zero)
        guard case .stopping(nil) = answer else {
            Issue.record("answered \(String(describing: answer))")
            return
        }
    }

    @Test func nothingNewIsTakenOnceAStopHasBegun() throws {
        let fixture = try RuntimeFixture()
        fixture.runtime.stop(grace: .zero)
        #expect(!fixture.runtime.isServing)
        var answer: Answer?
        fixture.runtime.submit(from: .connection(1, of: .ingress)) {
            .fetchOutput(DerivedID.workflow(service: "S", key: "k"), $0)
        } then: {
            answer = $0
        }
        guard case .refused(.shuttingDown) = answer else {
            Issue.record("answered \(String(describing: answer))")
            return
        }
    }

    @Test func aForgottenWaiterIsNotAnswered() throws {
        let fixture = try RuntimeFixture()
        var wasAnswered = false
        let request = fixture.runtime.submit(from: .connection(1, of: .ingress)) {
            .attach(DerivedID.workflow(service: "S", key: "k"), $0)
        } then: { _ in
            wasAnswered = true
        }
        fixture.runtime.forget(request)
        fixture.runtime.stop(grace: .zero)
        try fixture.runtime.run()
        #expect(!wasAnswered)
    }
}
