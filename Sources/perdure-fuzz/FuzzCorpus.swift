import FoundationEssentials
import Fuzzing

/// Where inputs lie: those that a search begins with, those that it kept, and those that were wrong.
struct FuzzCorpus {
    let directory: String

    /// What a search needs is written, and the arguments that tell it so are given back.
    func prepare(_ target: FuzzTarget) throws -> [String] {
        let (kept, seeds) = ("\(directory)/corpus/\(target.name)", "\(directory)/seeds/\(target.name)")
        let dictionary = "\(directory)/dictionaries/\(target.name)"
        for path in [kept, seeds, "\(directory)/dictionaries", "\(directory)/found", "\(directory)/logs"] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        for (number, seed) in target.seeds(generated: Self.generatedSeeds).enumerated() {
            try Data(seed).write(to: URL(filePath: "\(seeds)/\(number)"))
        }
        try Data(target.dictionary.utf8).write(to: URL(filePath: dictionary))
        return ["-dict=\(dictionary)", "-artifact_prefix=\(directory)/found/\(target.name)-", kept, seeds]
    }

    /// What the search for a target prints.
    func log(of target: FuzzTarget) -> String { "\(directory)/logs/\(target.name)" }

    private static let generatedSeeds: UInt64 = 200
}
