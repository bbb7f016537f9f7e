import FoundationEssentials
import Synchronization
import Testing

/// How much is tried: a fixed number of inputs for each reader, or as long as `FUZZ_SECONDS` says, all readers in turn.
enum FuzzRun {
    static let inputsPerTarget: UInt64 = 3000

    private static let environment = ProcessInfo.processInfo.environment
    static let seconds = environment["FUZZ_SECONDS"].flatMap { Double($0) }
    /// One input to see again: `FUZZ_TARGET` and `FUZZ_INPUT`.
    private static let onlyTarget = environment["FUZZ_TARGET"]
    private static let onlyInput = environment["FUZZ_INPUT"].flatMap { UInt64($0) }
    private static let firstInput = environment["FUZZ_FROM"].flatMap { UInt64($0) } ?? 0

    static func fixed(_ target: FuzzTarget) {
        if let onlyTarget, onlyTarget != target.name { return }
        if let onlyInput {
            print("input \(onlyInput) of \(target.name): \(hexadecimal(target.input(onlyInput).bytes))")
            return tryInputs(onlyInput...onlyInput, of: target)
        }
        tryInputs(firstInput...(firstInput + inputsPerTarget - 1), of: target)
    }

    /// All targets in rounds until the time is over.
    static func timed(_ targets: [FuzzTarget], seconds: Double) {
        let end = ContinuousClock.now + .seconds(seconds)
        var first = firstInput
        while ContinuousClock.now < end {
            for target in targets where onlyTarget.map({ $0 == target.name }) ?? true {
                tryInputs(first...(first + inputsPerTarget - 1), of: target)
            }
            first += inputsPerTarget
        }
        print("\(first - firstInput) inputs for each of \(targets.count) readers; go on with FUZZ_FROM=\(first)")
    }

    private static func tryInputs(_ numbers: ClosedRange<UInt64>, of target: FuzzTarget) {
        for number in numbers {
            var (bytes, random) = target.input(number)
            CrashReport.trying("FUZZ_TARGET=\(target.name) FUZZ_INPUT=\(number): ", bytes)
            if let complaint = target.read(bytes, &random) {
                Issue.record(
                    """
                    \(target.name), input \(number): \(complaint)
                    replay: FUZZ_TARGET=\(target.name) FUZZ_INPUT=\(number) swift test --filter FuzzTests
                    \(hexadecimal(bytes))
                    """
                )
            }
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
