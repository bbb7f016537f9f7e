import EventLoop

/// One caller: it sends a call, reads and checks its answer, and sends the next.
///
/// The request is written once and only its body's digits change; the answer is read in place. What a load generator
/// spends on shared cores is missing in the numbers of what it measures.
final class LoadConnection: ByteStreamDelegate {
    /// A body is a JSON text of so many digits.
    private static let digits = 18

    private unowned let owner: LoadGenerator
    private let stream: ByteStream
    private var request: [UInt8]
    private var answer: [UInt8] = []
    private var calls: UInt64
    private var sentAt: UInt64 = 0
    /// When the next call is due, where there is a rate.
    private var slot: UInt64 = 0
    private let number: Int
    private lazy var timer = LoopTimer(loop: owner.loop) { [unowned self] in call(dueAt: slot) }

    init(_ owner: LoadGenerator, _ stream: ByteStream, number: Int) {
        self.owner = owner
        self.stream = stream
        self.number = number
        calls = UInt64(number) &* 1_000_000_000_000
        let body = "\"" + owner.plan.bodyPrefix + String(repeating: "0", count: Self.digits) + "\""
        request = Array(
            """
            POST /\(owner.plan.targets[number % owner.plan.targets.count]) HTTP/1.1\r
            host: \(owner.plan.address)\r
            content-type: application/json\r
            content-length: \(body.utf8.count)\r
            \r
            \(body)
            """.utf8
        )
        stream.delegate = self
    }

    func close() {
        if owner.plan.rate != nil { timer.close() }
        stream.close()
    }

    /// Makes the first call, at a time of its own where there is a rate.
    func begin() {
        slot = owner.now &+ interval &* UInt64(number) / UInt64(max(1, owner.plan.connections))
        wait()
    }

    /// Nanoseconds between two calls of one connection.
    private var interval: UInt64 {
        guard let rate = owner.plan.rate else { return 0 }
        return UInt64(owner.plan.connections) &* 1_000_000_000 / UInt64(max(1, rate))
    }

    /// Makes the next call when it is due. One that is late is made at once, and counts from when it was due.
    private func callNext() {
        guard owner.plan.rate != nil else { return call(dueAt: owner.now) }
        slot &+= interval
        wait()
    }

    private func wait() {
        guard owner.plan.rate != nil, slot > owner.now else { return call(dueAt: max(slot, sentAt)) }
        timer.schedule(afterMilliseconds: (slot &- owner.now) / 1_000_000)
    }

    private func call(dueAt time: UInt64) {
        guard owner.takesCall() else { return }
        calls &+= 1
        var rest = calls
        for place in 0..<Self.digits {
            request[request.count - 2 - place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        // A timer may be a little early.
        sentAt = min(time, owner.now)
        stream.write(request)
    }

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        guard answer.isEmpty else {
            answer.append(contentsOf: bytes)
            if answer.withUnsafeBytes({ take($0) }) { answer.removeAll(keepingCapacity: true) }
            return
        }
        if !take(bytes) { answer.append(contentsOf: bytes) }
    }

    /// Whether the answer was complete, or will never be.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        switch AnswerReader.read(bytes) {
        case .incomplete: return false
        case .malformed(let why): return fail("an answer \(why)", bytes)
        case .complete(let status, let body):
            guard (200..<300).contains(status) else { return fail("an answer has status \(status)", bytes) }
            if owner.plan.checksAnswers {
                guard body.elementsEqual(request.suffix(Self.digits + 2)) else {
                    return fail("an answer is not that of its request", bytes)
                }
            }
            owner.called(nanoseconds: owner.now &- sentAt)
            callNext()
            return true
        }
    }

    private func fail(_ why: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
        owner.fail(.failed("\(why):\n\(String(decoding: bytes.prefix(1024), as: UTF8.self))"))
        return true
    }

    func byteStreamEnded(_ stream: ByteStream) { owner.fail(.failed("the server closed a connection")) }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { owner.fail(.loop(error)) }

    func byteStreamDrained(_ stream: ByteStream) {}
}

/// Reads the answer to one call: a head with a length and the body.
enum AnswerReader {
    enum Answer {
        case incomplete
        case malformed(String)
        case complete(status: Int, body: UnsafeRawBufferPointer)
    }

    static func read(_ bytes: UnsafeRawBufferPointer) -> Answer {
        guard let end = headEnd(bytes) else { return .incomplete }
        guard bytes.starts(with: "HTTP/1.1 ".utf8), let status = number(bytes[9...].prefix(3)) else {
            return .malformed("is no HTTP/1.1")
        }
        guard let length = contentLength(UnsafeRawBufferPointer(rebasing: bytes[..<end])) else {
            return .malformed("has no content-length")
        }
        guard bytes.count >= end + length else { return .incomplete }
        guard bytes.count == end + length else { return .malformed("is followed by more") }
        return .complete(status: status, body: UnsafeRawBufferPointer(rebasing: bytes[end...]))
    }

    /// Behind the blank line.
    private static func headEnd(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 3
        while index < bytes.count {
            if bytes[index] == 0x0A, bytes[index - 1] == 0x0D, bytes[index - 2] == 0x0A { return index + 1 }
            index += 1
        }
        return nil
    }

    private static func contentLength(_ head: UnsafeRawBufferPointer) -> Int? {
        let name: StaticString = "\ncontent-length:"
        let count = name.utf8CodeUnitCount
        var start = 0
        while start + count < head.count {
            defer { start += 1 }
            guard head[start] == 0x0A else { continue }
            var matched = 1
            while matched < count, head[start + matched] | 0x20 == name.utf8Start[matched] | 0x20 { matched += 1 }
            guard matched == count else { continue }
            let value = head[(start + count)...].drop { $0 == 0x20 }
            return number(value.prefix { $0 != 0x0D })
        }
        return nil
    }

    private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard !digits.isEmpty, digits.count <= 9 else { return nil }
        var value = 0
        for digit in digits {
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }
}
