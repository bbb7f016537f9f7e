/// LIKE as DataFusion has it: `%` for any text, `_` for one character, a backslash before either for itself; letters
/// count as they are. The time is at most that of the text times the pattern.
enum LikePattern {
    static func matches(_ text: [Unicode.Scalar], _ pattern: [Element]) -> Bool {
        var (position, place) = (0, 0)
        // Where to go on when the rest does not fit: one character further after the last `%`.
        var retry: (position: Int, place: Int)?
        while position < text.count {
            if place < pattern.count, pattern[place] == .any {
                place += 1
                retry = (position, place)
            } else if place < pattern.count, pattern[place].fits(text[position]) {
                position += 1
                place += 1
            } else if let last = retry {
                retry = (last.position + 1, last.place)
                position = last.position + 1
                place = last.place
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == .any }
    }

    enum Element: Equatable {
        case any
        case one
        case scalar(Unicode.Scalar)

        func fits(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .any: false
            case .one: true
            case .scalar(let own): own == scalar
            }
        }
    }

    static func elements(_ pattern: String) -> [Element] {
        var elements: [Element] = []
        var isEscaped = false
        for scalar in pattern.unicodeScalars {
            if isEscaped {
                elements.append(.scalar(scalar))
                isEscaped = false
            } else {
                switch scalar {
                case "\\": isEscaped = true
                case "%": elements.append(.any)
                case "_": elements.append(.one)
                default: elements.append(.scalar(scalar))
                }
            }
        }
        if isEscaped { elements.append(.scalar("\\")) }
        return elements
    }
}
