/// Somebody who reads what a peer sends and can be told to stop for a while.
package protocol IntakeReader: AnyObject {
    /// Whether it will never read again.
    var isClosed: Bool { get }
}

/// How much of what peers send is in memory at once: bodies and messages that are being collected, and those that wait
/// to be written down elsewhere.
///
/// At the limit all but one of those who collect stop reading: the one goes on, so that something always completes and
/// gives its bytes back. Nobody goes on while half of the limit waits elsewhere, for that gives bytes back by itself.
package struct IntakeBudget<Reader: IntakeReader> {
    package var bytesMax = Int.max
    /// What is being collected.
    package private(set) var bytes = 0
    private var bytesElsewhere = 0
    private weak var holder: Reader?
    private var waiting: [Reader] = []

    package init() {}

    package mutating func take(_ count: Int) { bytes += count }

    /// Whether that reader may read on; if not, it will be resumed.
    package mutating func mayRead(_ reader: Reader) -> Bool {
        if bytes + bytesElsewhere <= bytesMax { return true }
        if holder == nil, mayHold { holder = reader }
        if holder === reader { return true }
        waiting.append(reader)
        return false
    }

    private var mayHold: Bool { bytesElsewhere <= bytesMax / 2 }

    /// Gives a reader's bytes back; returns those who may read again.
    package mutating func give(_ count: Int, _ reader: Reader) -> [Reader] {
        bytes -= count
        if holder === reader { holder = nil }
        return released()
    }

    /// Notes what waits elsewhere; returns those who may read again.
    package mutating func note(bytesElsewhere count: Int) -> [Reader] {
        guard count != bytesElsewhere else { return [] }
        bytesElsewhere = count
        return waiting.isEmpty ? [] : released()
    }

    private mutating func released() -> [Reader] {
        waiting.removeAll { $0.isClosed }
        guard !waiting.isEmpty else { return [] }
        if bytes + bytesElsewhere <= bytesMax {
            defer { waiting = [] }
            return waiting
        }
        guard holder == nil, mayHold else { return [] }
        let next = waiting.removeFirst()
        holder = next
        return [next]
    }
}
