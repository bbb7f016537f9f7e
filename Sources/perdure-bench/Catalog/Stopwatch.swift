import ControlProtocol

/// Times of one thing done several times, in milliseconds.
struct Times {
    private(set) var milliseconds: [Double] = []

    mutating func add(_ time: Double) { milliseconds.append(time) }

    /// The middle one.
    var middle: Double { milliseconds.isEmpty ? .nan : milliseconds.sorted()[milliseconds.count / 2] }

    var slowest: Double { milliseconds.max() ?? .nan }

    /// `middle / slowest`
    var text: String { "\(Table.fixed(middle, 1)) / \(Table.fixed(slowest, 1))" }

    /// How long it takes.
    static func of(_ body: () throws(BenchError) -> Void) throws(BenchError) -> Double {
        let begin = MachineRates.now()
        try body()
        return Double(MachineRates.now() - begin) / 1_000_000
    }

    /// Does it so often.
    init(_ count: Int = 0, _ body: () throws(BenchError) -> Void = {}) throws(BenchError) {
        for _ in 0..<count { add(try Self.of(body)) }
    }
}

extension ControlLine {
    /// All pages of a listing; how long the first one and all of them took.
    func pages<Operation: ControlOperation>(
        _ operation: Operation.Type
    ) throws(BenchError) -> (lines: Int, first: Double, whole: Double)
    where Operation.Parameters == PageParameters, Operation.Result: ListPage {
        let begin = MachineRates.now()
        var page = try ask(operation, PageParameters())
        let first = Double(MachineRates.now() - begin) / 1_000_000
        var lines = page.lines.count
        while let next = page.next {
            page = try ask(operation, PageParameters(after: next))
            lines += page.lines.count
        }
        return (lines, first, Double(MachineRates.now() - begin) / 1_000_000)
    }
}
