import DurableModel

/// Invocations that wait for a place, in the order in which they became ready: eight bytes each, whatever they carry.
struct ReadyQueue {
    private var numbers: [InvocationNumber] = []
    private var head = 0

    var count: Int { numbers.count - head }
    var isEmpty: Bool { count == 0 }

    /// The next ones, at most `limit`, without taking them.
    func prefix(_ limit: Int) -> ArraySlice<InvocationNumber> {
        numbers[head..<min(numbers.count, head + max(0, limit))]
    }

    mutating func append(contentsOf more: some Sequence<InvocationNumber>) {
        numbers.append(contentsOf: more)
    }

    mutating func removeFirst(_ count: Int) {
        head = min(numbers.count, head + count)
        if head > 4096, head * 2 > numbers.count {
            numbers.removeFirst(head)
            head = 0
        }
    }
}
