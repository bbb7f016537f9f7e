import Engine
import Simulation
import Testing

@Suite struct WorldTests {
    @Test func aSeedReplays() {
        var options = WorldOptions(seed: 4712)
        options.keepsHistory = true
        let reports = (0..<2).map { _ in World.report(options) }
        #expect(reports[0].history == reports[1].history)
        #expect(reports[0].counts == reports[1].counts)
        #expect(reports[0].counts.invocations > 50 && reports[0].counts.crashes > 2)
        #expect(reports[0].counts.effects > 50)
        #expect(reports[0].counts.adopted > 10)
    }
}
