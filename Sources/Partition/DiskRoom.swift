import DurableModel
import Engine

/// Whether the disk has room for new work, beside the reserve that is kept for work under way; and what of that the log
/// was told.
struct DiskRoom {
    /// After so long without a failed commit a disk that was full counts as one with room again.
    private static let quiet = Interval.seconds(5)

    /// Whether less than the reserve is free.
    private(set) var isShort = false
    private var isTold = false
    private var lastFull: Timestamp?

    /// Takes in what is free; once it was short, a quarter more than the reserve has to be. What is to be logged, if so.
    ///
    /// What was purged leaves room in the store's own file, which is as good as room beside it but for the log of writes:
    /// for that a quarter of what is needed stays free.
    mutating func look(
        _ space: StorageSpace?,
        reusable: @autoclosure () -> Int64,
        reserve: Int64,
        at now: Timestamp
    ) -> Note? {
        guard let space else { return nil }
        // A small file system is not all reserve.
        let reserve = min(reserve, space.totalBytes / 20)
        let needed = isShort ? reserve + reserve / 4 : reserve
        isShort =
            space.freeBytes < needed
            && (space.freeBytes < needed / 4 || reusable() < needed - space.freeBytes)
        if isShort {
            return tell("\(space.freeBytes) bytes are free, less than the reserve of \(reserve) for work under way")
        }
        if let lastFull, now.since(lastFull) < Self.quiet { return nil }
        guard isTold else { return nil }
        isTold = false
        return .roomAgain
    }

    /// A commit found no room at all.
    mutating func foundFull(_ text: String, at now: Timestamp) -> Note? {
        lastFull = now
        return tell(text)
    }

    private mutating func tell(_ text: String) -> Note? {
        defer { isTold = true }
        return isTold ? nil : .stalled(text)
    }
}
