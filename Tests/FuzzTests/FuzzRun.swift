import FoundationEssentials
import Fuzzing
import Testing

/// A fixed number of inputs for each target, fewer of slow ones: the same each time, so that a number is enough to see
/// one again.
enum FuzzRun {
    private static let inputsPerTarget: UInt64 = 3000

    private static let environment = ProcessInfo.processInfo.environment
    /// One input to see again: `FUZZ_TARGET` and `FUZZ_INPUT`.
    private static let onlyTarget = environment["FUZZ_TARGET"]
    private static let onlyInput = environment["FUZZ_INPUT"].flatMap { UInt64($0) }

    static func fixed(_ target: FuzzTarget) {
        if let onlyTarget, onlyTarget != target.name { return }
        if let onlyInput {
            print("input \(onlyInput) of \(target.name): \(hexadecimal(target.input(onlyInput)))")
            return tryInputs(onlyInput...onlyInput, of: target)
        }
        tryInputs(1...max(1, inputsPerTarget / target.slowness), of: target)
    }

    /// More of one target would mostly say the same again.
    private static let complaintsMax = 5

    private static func tryInputs(_ numbers: ClosedRange<UInt64>, of target: FuzzTarget) {
        var complaints = 0
        for number in numbers where complaints < complaintsMax {
            let bytes = target.input(number)
            CrashReport.trying("FUZZ_TARGET=\(target.name) FUZZ_INPUT=\(number): ", bytes)
            guard let complaint = target.complaint(about: bytes) else { continue }
            complaints += 1
            Issue.record(
                """
                \(target.name), input \(number): \(complaint)
                replay: FUZZ_TARGET=\(target.name) FUZZ_INPUT=\(number) swift test --filter FuzzTests
                \(hexadecimal(bytes))
                """
            )
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
