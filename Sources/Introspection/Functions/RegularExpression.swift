/// A small regular expression: characters, `.`, classes in brackets, `\d \w \s` and their opposites, groups, `|`, `*`,
/// `+`, `?`, `{m,n}`, `^` and `$`. Matching keeps all states at once, so that its time is at most that of the text
/// times the pattern, whatever the pattern is.
struct RegularExpression {
    /// Steps of a compiled pattern, repetitions written out.
    static let stepsMax = 2_000
    private static let depthMax = 20
    private static let repeatsMax = 200

    private indirect enum Node {
        case empty
        case start
        case end
        case set(ScalarSet)
        case sequence([Node])
        case either([Node])
        case repeated(Node, least: Int, most: Int?)
    }

    private struct ScalarSet {
        var ranges: [ClosedRange<UInt32>] = []
        var isNegated = false

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            ranges.contains { $0.contains(scalar.value) } != isNegated
        }
    }

    private enum Step {
        case set(ScalarSet)
        case start
        case end
        case split(Int, Int)
        case jump(Int)
        case done
    }

    private var steps: [Step] = []

    /// `nil` for what is none, or is too long.
    init?(_ pattern: String, ignoresCase: Bool) {
        var reader = Reader(Array(pattern.unicodeScalars), ignoresCase: ignoresCase)
        guard let node = reader.alternatives(0), reader.isAtEnd, emit(node) else { return nil }
        steps.append(.done)
    }

    /// Whether any part of the text fits.
    func matches(_ text: String) -> Bool {
        var current: [Int] = []
        var marks = [Int](repeating: -1, count: steps.count)
        var position = 0
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        while true {
            let isAtEnd = index == scalars.endIndex
            if add(0, &current, &marks, position, isAtEnd) { return true }
            if isAtEnd { return false }
            let scalar = scalars[index]
            position += 1
            index = scalars.index(after: index)
            var next: [Int] = []
            for place in current {
                guard case .set(let set) = steps[place], set.contains(scalar) else { continue }
                if add(place + 1, &next, &marks, position, index == scalars.endIndex) { return true }
            }
            current = next
        }
    }

    /// Adds a step and all that can be reached from it without a character; `true` when the end is among them.
    private func add(
        _ place: Int,
        _ list: inout [Int],
        _ marks: inout [Int],
        _ position: Int,
        _ isAtEnd: Bool
    ) -> Bool {
        var waiting = [place]
        while let place = waiting.popLast() {
            guard marks[place] != position else { continue }
            marks[place] = position
            switch steps[place] {
            case .set: list.append(place)
            case .start: if position == 0 { waiting.append(place + 1) }
            case .end: if isAtEnd { waiting.append(place + 1) }
            case .split(let first, let second): waiting += [second, first]
            case .jump(let target): waiting.append(target)
            case .done: return true
            }
        }
        return false
    }

    // MARK: Compiling

    private mutating func emit(_ node: Node) -> Bool {
        guard steps.count < Self.stepsMax else { return false }
        switch node {
        case .empty: return true
        case .start: steps.append(.start)
        case .end: steps.append(.end)
        case .set(let set): steps.append(.set(set))
        case .sequence(let nodes):
            for node in nodes { guard emit(node) else { return false } }
        case .either(let nodes):
            var jumps: [Int] = []
            for (index, node) in nodes.enumerated() {
                let isLast = index == nodes.count - 1
                let split = steps.count
                if !isLast { steps.append(.split(split + 1, 0)) }
                guard emit(node) else { return false }
                if !isLast {
                    jumps.append(steps.count)
                    steps.append(.jump(0))
                    steps[split] = .split(split + 1, steps.count)
                }
            }
            for jump in jumps { steps[jump] = .jump(steps.count) }
        case .repeated(let node, let least, let most):
            return emitRepeated(node, least, most)
        }
        return true
    }

    private mutating func emitRepeated(_ node: Node, _ least: Int, _ most: Int?) -> Bool {
        for _ in 0..<least { guard emit(node) else { return false } }
        guard let most else {
            let split = steps.count
            steps.append(.split(split + 1, 0))
            guard emit(node) else { return false }
            steps.append(.jump(split))
            steps[split] = .split(split + 1, steps.count)
            return true
        }
        var splits: [Int] = []
        for _ in least..<max(least, most) {
            splits.append(steps.count)
            steps.append(.split(steps.count + 1, 0))
            guard emit(node) else { return false }
        }
        for split in splits { steps[split] = .split(split + 1, steps.count) }
        return true
    }

    // MARK: Reading

    private struct Reader {
        private let pattern: [Unicode.Scalar]
        private let ignoresCase: Bool
        private var position = 0

        init(_ pattern: [Unicode.Scalar], ignoresCase: Bool) {
            self.pattern = pattern
            self.ignoresCase = ignoresCase
        }

        var isAtEnd: Bool { position == pattern.count }

        private var peek: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

        private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
            guard peek == scalar else { return false }
            position += 1
            return true
        }

        mutating func alternatives(_ depth: Int) -> Node? {
            guard depth <= RegularExpression.depthMax else { return nil }
            var nodes: [Node] = []
            repeat {
                var sequence: [Node] = []
                while let scalar = peek, scalar != "|", scalar != ")" {
                    guard let node = repeated(depth) else { return nil }
                    sequence.append(node)
                }
                nodes.append(.sequence(sequence))
            } while accept("|")
            return .either(nodes)
        }

        private mutating func repeated(_ depth: Int) -> Node? {
            guard var node = single(depth) else { return nil }
            while let scalar = peek {
                switch scalar {
                case "*": node = .repeated(node, least: 0, most: nil)
                case "+": node = .repeated(node, least: 1, most: nil)
                case "?": node = .repeated(node, least: 0, most: 1)
                case "{":
                    guard let (least, most) = bounds() else { return nil }
                    node = .repeated(node, least: least, most: most)
                    continue
                default: return node
                }
                position += 1
                // What it takes first makes no difference to whether it fits; twice the same is an error.
                _ = accept("?")
                if let next = peek, next == "*" || next == "+" { return nil }
            }
            return node
        }

        private mutating func bounds() -> (Int, Int?)? {
            guard accept("{"), let least = number() else { return nil }
            var most: Int? = least
            if accept(",") { most = peek == "}" ? nil : number() ?? -1 }
            guard accept("}"), least <= RegularExpression.repeatsMax,
                most.map({ $0 >= least && $0 <= RegularExpression.repeatsMax }) ?? true
            else { return nil }
            return (least, most)
        }

        private mutating func number() -> Int? {
            var digits = ""
            while let scalar = peek, ("0"..."9").contains(scalar), digits.count < 4 {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            return Int(digits)
        }

        private mutating func single(_ depth: Int) -> Node? {
            guard let scalar = peek else { return nil }
            position += 1
            switch scalar {
            case "^": return .start
            case "$": return .end
            case ".": return .set(ScalarSet(ranges: [10...10], isNegated: true))
            case "(":
                if accept("?") { guard accept(":") else { return nil } }
                guard let node = alternatives(depth + 1), accept(")") else { return nil }
                return node
            case "[": return brackets()
            case "\\": return escaped().map { .set($0) }
            case "*", "+", "?", "{": return nil
            default: return .set(set(scalar, scalar))
            }
        }

        private func set(_ first: Unicode.Scalar, _ last: Unicode.Scalar) -> ScalarSet {
            guard first.value <= last.value else { return ScalarSet() }
            var set = ScalarSet(ranges: [first.value...last.value])
            guard ignoresCase else { return set }
            for (letters, distance) in [(65...90, 32), (97...122, -32)] as [(ClosedRange<UInt32>, Int64)] {
                let low = max(first.value, letters.lowerBound)
                let high = min(last.value, letters.upperBound)
                if low <= high {
                    set.ranges.append(UInt32(Int64(low) + distance)...UInt32(Int64(high) + distance))
                }
            }
            return set
        }

        private mutating func escaped() -> ScalarSet? {
            guard let scalar = peek else { return nil }
            position += 1
            switch scalar {
            case "d", "D": return ScalarSet(ranges: [48...57], isNegated: scalar == "D")
            case "w", "W": return ScalarSet(ranges: [48...57, 65...90, 95...95, 97...122], isNegated: scalar == "W")
            case "s", "S": return ScalarSet(ranges: [9...13, 32...32], isNegated: scalar == "S")
            case "n": return set("\n", "\n")
            case "t": return set("\t", "\t")
            case "r": return set("\r", "\r")
            case "a"..."z", "A"..."Z", "0"..."9": return nil
            default: return set(scalar, scalar)
            }
        }

        private mutating func brackets() -> Node? {
            var whole = ScalarSet(isNegated: accept("^"))
            var isFirst = true
            while let scalar = peek, scalar != "]" || isFirst {
                isFirst = false
                position += 1
                if scalar == "\\" {
                    guard let part = escaped(), !part.isNegated else { return nil }
                    whole.ranges += part.ranges
                    continue
                }
                var last = scalar
                if peek == "-", position + 1 < pattern.count, pattern[position + 1] != "]" {
                    last = pattern[position + 1]
                    position += 2
                    guard last.value >= scalar.value, last != "\\" else { return nil }
                }
                whole.ranges += set(scalar, last).ranges
            }
            return accept("]") ? .set(whole) : nil
        }
    }
}
