/// What libFuzzer printed, as far as it is told again.
struct FuzzLog {
    private let lines: [Substring]

    init(_ text: String) { lines = text.split(whereSeparator: \.isNewline) }

    /// `N executions (N/s), N edges, corpus N`.
    var summary: String {
        let status = lines.last { $0.hasPrefix("#") && $0.contains("cov: ") }
        let (edges, corpus) = (number(after: "cov: ", in: status), number(after: "corp: ", in: status))
        return "\(statistic("number_of_executed_units")) executions (\(statistic("average_exec_per_sec"))/s), "
            + "\(edges) edges, corpus \(corpus)"
    }

    /// The lines that say what went wrong.
    var failure: String {
        let marks = ["COMPLAINT: ", "Fatal error: ", "ERROR: libFuzzer", "SUMMARY: libFuzzer"]
        return lines.filter { line in marks.contains { line.contains($0) } }.joined(separator: "\n")
    }

    /// The file of the input that was wrong.
    var input: Substring? {
        let mark = "Test unit written to "
        return lines.last { $0.contains(mark) }?.split(separator: mark, omittingEmptySubsequences: false).last
    }

    private func statistic(_ name: String) -> Substring {
        lines.last { $0.hasPrefix("stat::\(name):") }?.split(separator: " ").last ?? "?"
    }

    private func number(after mark: String, in line: Substring?) -> Substring {
        line?.split(separator: mark, maxSplits: 1).last?.prefix { $0.isNumber } ?? "?"
    }
}
