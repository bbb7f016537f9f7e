import Testing

@testable import HTTP

/// Who may read on when much is in memory.
struct IntakeBudgetTests {
    private final class Reader: IntakeReader {
        var isClosed = false
    }

    /// A budget of 100, as a reference: the macro takes no calls that change a value.
    private final class Desk {
        private var budget = IntakeBudget<Reader>()

        init() { budget.bytesMax = 100 }

        func take(_ count: Int) { budget.take(count) }
        func mayRead(_ reader: Reader) -> Bool { budget.mayRead(reader) }
        func give(_ count: Int, _ reader: Reader) -> [Reader] { budget.give(count, reader) }
        func note(bytesElsewhere count: Int) -> [Reader] { budget.note(bytesElsewhere: count) }
    }

    @Test func belowTheLimitEverybodyReads() {
        let budget = Desk()
        budget.take(100)
        #expect(budget.mayRead(Reader()))
    }

    @Test func atTheLimitOneGoesOnAndTheNextAfterIt() {
        let budget = Desk()
        let (first, second, third) = (Reader(), Reader(), Reader())
        budget.take(300)
        #expect(budget.mayRead(first))
        #expect(!budget.mayRead(second))
        #expect(!budget.mayRead(third))
        #expect(budget.give(100, first).map(ObjectIdentifier.init) == [ObjectIdentifier(second)])
        #expect(budget.give(100, second).map(ObjectIdentifier.init) == [ObjectIdentifier(third)])
    }

    @Test func thoseWhoWaitGoOnWhenThereIsRoom() {
        let budget = Desk()
        let readers = (0..<3).map { _ in Reader() }
        budget.take(200)
        #expect(readers.map { budget.mayRead($0) } == [true, false, false])
        #expect(budget.give(150, readers[0]).count == 2)
    }

    @Test func nobodyGoesOnWhileMuchWaitsElsewhere() {
        let budget = Desk()
        let reader = Reader()
        #expect(budget.note(bytesElsewhere: 100).isEmpty)
        budget.take(30)
        #expect(!budget.mayRead(reader))
        #expect(budget.note(bytesElsewhere: 71).isEmpty)
        #expect(budget.note(bytesElsewhere: 70).count == 1)
    }

    @Test func oneGoesOnOnceLessThanHalfWaitsElsewhere() {
        let budget = Desk()
        let (first, second) = (Reader(), Reader())
        _ = budget.note(bytesElsewhere: 60)
        budget.take(200)
        #expect(!budget.mayRead(first))
        #expect(!budget.mayRead(second))
        #expect(budget.note(bytesElsewhere: 50).map(ObjectIdentifier.init) == [ObjectIdentifier(first)])
    }

    @Test func whoIsGoneIsNotResumed() {
        let budget = Desk()
        let (first, second, third) = (Reader(), Reader(), Reader())
        budget.take(200)
        #expect([first, second, third].map { budget.mayRead($0) } == [true, false, false])
        second.isClosed = true
        #expect(budget.give(10, first).map(ObjectIdentifier.init) == [ObjectIdentifier(third)])
    }
}
