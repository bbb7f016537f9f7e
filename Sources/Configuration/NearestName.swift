/// The name among `names` that somebody who wrote `text` most likely meant, or `nil` when none is near.
func nearestName(to text: some StringProtocol, among names: [String]) -> String? {
    /// One edit in three letters is a slip; more is another word.
    let distanceMax = max(2, text.count / 3)
    let written = Array(text.lowercased().replacing("_", with: "-"))
    /// A text from outside may be of any length, and the distance costs the product of both.
    guard written.count <= 64 else { return nil }
    let candidates = names.map { (name: $0, distance: editDistance(written, Array($0.lowercased()))) }
    guard let best = candidates.min(by: { $0.distance < $1.distance }), best.distance <= distanceMax else {
        return names.first { !written.isEmpty && $0.hasPrefix(String(written)) }
    }
    return best.name
}

/// The least number of letters to insert, delete or replace that makes one word the other.
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var row = Array(0...right.count)
    for (leftIndex, leftLetter) in left.enumerated() {
        var diagonal = row[0]
        row[0] = leftIndex + 1
        for (rightIndex, rightLetter) in right.enumerated() {
            let replaced = diagonal + (leftLetter == rightLetter ? 0 : 1)
            diagonal = row[rightIndex + 1]
            row[rightIndex + 1] = min(replaced, diagonal + 1, row[rightIndex] + 1)
        }
    }
    return row[right.count]
}
