/// Bytes on their way out: appended at the tail, sent from the head. Empty most of the time, and then its memory is used again.
struct OutputBuffer: ~Copyable {
    /// A first allocation holds most answers; it stays with the stream.
    private static let initialBytes = 4 * 1024
    /// What an emptied buffer keeps; a larger one was an exception and is given back.
    private static let retainedBytesMax = 256 * 1024

    private var storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var head = 0
    private var tail = 0

    deinit { storage.deallocate() }

    var count: Int { tail - head }

    /// What is to be sent; valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[head..<tail]) }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        makeRoom(bytes.count).copyMemory(from: bytes)
        tail += bytes.count
    }

    /// Free space of at least `count` bytes behind the tail; `added` says how many were used.
    mutating func makeRoom(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if storage.count - tail < count { grow(by: count) }
        return UnsafeMutableRawBufferPointer(rebasing: storage[tail...])
    }

    mutating func added(_ count: Int) {
        precondition(count >= 0 && count <= storage.count - tail, "more output than there was room for")
        tail += count
    }

    mutating func sent(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "more output sent than there was")
        head += count
        if head == tail { clear() }
    }

    mutating func clear() {
        head = 0
        tail = 0
        guard storage.count > Self.retainedBytesMax else { return }
        storage.deallocate()
        storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    private mutating func grow(by count: Int) {
        let pending = self.count
        // Moving to the front pays only when the free half is there: otherwise every append might move everything.
        if head >= storage.count / 2, storage.count - pending >= count {
            UnsafeMutableRawBufferPointer(rebasing: storage[..<pending]).copyMemory(from: bytes)
        } else {
            var capacity = max(Self.initialBytes, storage.count)
            while capacity - pending < count { capacity *= 2 }
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
            larger.copyMemory(from: bytes)
            storage.deallocate()
            storage = larger
        }
        head = 0
        tail = pending
    }
}
