import CLibFuzzer
import Fuzzing
import Glibc

/// The search of one process for one target: libFuzzer's loop around what the target reads.
enum FuzzSearch {
    // Set before the loop begins, which has one thread and lasts as long as the process.
    nonisolated(unsafe) private static var target = FuzzTarget.all[0]

    /// Makes the process search for that target.
    static func begin(_ target: FuzzTarget) {
        Self.target = target
        // Traps of some processors are a signal that the library does not know.
        signal(SIGTRAP) { _ in abort() }
    }

    /// Reads one input; one that is wrong ends the process, as libFuzzer wants it.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let complaint = target.complaint(about: Array(bytes)) else { return }
        complain("COMPLAINT: \(complaint)")
        abort()
    }

    /// One change of an input: by the target's own rules, or the library's.
    static func mutate(_ bytes: UnsafeMutableBufferPointer<UInt8>, count: Int, seed: UInt32) -> Int {
        var random = FuzzRandom(seed: UInt64(seed))
        guard Bool.random(using: &random) else { return LLVMFuzzerMutate(bytes.baseAddress, count, bytes.count) }
        let mutated = target.mutated(Array(bytes.prefix(count)), &random).prefix(bytes.count)
        _ = bytes.update(fromContentsOf: mutated)
        return mutated.count
    }
}
