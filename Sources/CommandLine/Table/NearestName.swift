/// Finds what somebody meant who mistyped a name.
enum NearestName {
    /// The nearest of the known names, if it is near enough to be meant: a third of the letters may be wrong.
    static func to(_ typed: String, among known: [String]) -> String? {
        let scored = known.map { (name: $0, distance: distance(Array(typed), Array($0))) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, best.name.count / 3) ? best.name : nil
    }

    /// How many letters must be added, removed or replaced. What is typed is as short as a command line, and a word
    /// much longer than any name is not compared at all.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        guard left.count <= 64 else { return .max }
        var row = Array(0...right.count)
        for (index, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (character == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
