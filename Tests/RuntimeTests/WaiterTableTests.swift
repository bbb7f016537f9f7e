import DurableModel
import Engine
import Testing

@testable import Runtime

@Suite struct WaiterTableTests {
    @Test func aWaiterIsTakenOnce() {
        var table = WaiterTable()
        var answers = 0
        let request = table.add { _ in answers += 1 }
        table.take(request)?(.stopping(nil))
        #expect(table.take(request) == nil)
        #expect(answers == 1)
        #expect(table.count == 0)
    }

    @Test func anOldRequestDoesNotReachTheNextWaiterOfItsSlot() {
        var table = WaiterTable()
        let old = table.add { _ in }
        _ = table.take(old)
        let new = table.add { _ in }
        #expect(old != new)
        #expect(table.take(old) == nil)
        #expect(table.take(new) != nil)
    }

    @Test func aRequestThatWasNeverGivenOutIsNobody() {
        var table = WaiterTable()
        #expect(table.take(RequestID(rawValue: .max)) == nil)
        #expect(table.take(RequestID(rawValue: 0)) == nil)
    }
}
