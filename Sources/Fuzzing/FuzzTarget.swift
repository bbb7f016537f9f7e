/// Something that reads bytes from outside, with examples of what it reads.
package struct FuzzTarget: Sendable {
    /// What it is asked for by.
    package var name: String
    /// Whole and valid inputs, from which others are made.
    package var examples: [[UInt8]]
    /// What means something to the reader.
    var words: [[UInt8]] = []
    /// Makes inputs by rules of their own; without it they are only made of the examples.
    var generate: (@Sendable (inout FuzzRandom) -> [UInt8])?
    /// Changes an input by its own rules, so that lengths stay right; without it bytes are only changed blindly.
    var reshape: (@Sendable ([UInt8], inout FuzzRandom) -> [UInt8])?
    /// How many times as long as most targets this one takes for an input, so that a fixed budget stays a short one.
    package var slowness: UInt64 = 1
    /// Reads an input in every way there is; gives back what is wrong, beside a crash.
    var read: @Sendable ([UInt8], inout FuzzRandom) -> String?

    /// All that reads from outside. The test tries a fixed number of inputs for each, the fuzzer as many as there is time
    /// for.
    package static let all: [FuzzTarget] = [
        serviceMessages, servicePayloads, attempts, http1, http2Server, http2Client, manifest, addresses, ids,
        durations, configuration, ingress, ingressReferences, admin, controlFrames, sql,
    ]

    /// The target of that name.
    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }

    /// Reads an input and gives back what is wrong, if so. What is left to chance follows from the input.
    package func complaint(about bytes: [UInt8]) -> String? {
        var random = FuzzRandom(seed: FuzzRandom.digest(of: bytes))
        return read(bytes, &random)
    }
}
