import Glibc

/// Finds the blank line that ends a head, over bytes that come in pieces: every byte is looked at once, however slowly a
/// sender sends, and nothing is parsed before the blank line is there. What cannot become a head is refused early.
struct HTTP1LineScan {
    enum Result: Equatable {
        case needsMore
        /// The head takes this many bytes, its blank line included.
        case found(Int)
        case refused(HTTPRefusal)
    }

    private var next = 0
    private var lineStart = 0

    /// Looks at `bytes`, which begin where the head begins and hold all of it that has come so far.
    mutating func advance(_ bytes: UnsafeRawBufferPointer, startLineMax: Int, bytesMax: Int) -> Result {
        guard let base = bytes.baseAddress else { return .needsMore }
        // The limit is looked for within the limit only, so that a long body behind a head is no long head.
        let end = min(bytes.count, bytesMax)
        while next < end {
            guard let hit = memchr(base + next, Int32(HTTPBytes.lineFeed), end - next) else { break }
            let position = UnsafeRawPointer(hit) - base
            guard position > lineStart, bytes[position - 1] == HTTPBytes.carriageReturn else {
                return .refused(.bareLineFeed)
            }
            if position == lineStart + 1 { return .found(position + 1) }
            if lineStart == 0 && position + 1 > startLineMax { return .refused(.startLineTooLong) }
            lineStart = position + 1
            next = position + 1
        }
        next = end
        if lineStart == 0 && end > startLineMax { return .refused(.startLineTooLong) }
        return end == bytesMax ? .refused(.headTooLong) : .needsMore
    }
}
