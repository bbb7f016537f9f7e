/// What the next bytes of an HTTP/1 connection mean. Buffers point into the bytes that were handed in.
package enum HTTP1Event {
    /// All that came is read; the rest of what began here has still to come.
    case needsInput
    case head(HTTPHead, HTTPBodyFraming)
    case body(UnsafeRawBufferPointer)
    /// The message is complete; the next bytes begin another one.
    case end
    /// Nothing more of this connection can be understood; it is the answer to every further call.
    case refused(HTTPRefusal)
}

/// The strict reader of one direction of an HTTP/1 connection (RFC 9112): bytes in, events out, resumable at any byte.
/// Servers read requests with it, clients responses. It is a value without a socket; whoever owns it decides when to ask
/// for the next event, and so how far ahead a pipelining peer gets.
package struct HTTP1Parser {
    /// Which of the two kinds of messages is read.
    package enum Role: Sendable {
        case requests
        case responses
    }

    enum State {
        case head
        /// A message without a body: its end is still to be told.
        case complete
        case length(remaining: Int)
        case chunkSize(value: Int, digits: Int)
        case chunkSizeLineFeed(value: Int)
        case chunk(remaining: Int)
        case chunkEnd
        case chunkEndLineFeed
        case trailers
        case untilClose
        case refused(HTTPRefusal)
    }

    let role: Role
    var state = State.head
    /// A head or trailer section of which only a part has come.
    var gathered: [UInt8] = []
    var scan = HTTP1LineScan()

    /// Client only: the next response answers a HEAD request and so has no body, whatever its fields say.
    var nextResponseHasNoBody = false

    package init(_ role: Role) {
        self.role = role
    }

    /// A head is under way but not complete.
    var isInsideHead: Bool {
        if case .head = state { return !gathered.isEmpty }
        return false
    }

    /// The next event of `input` from `offset` on, which moves behind what was used. Call until `.needsInput`, then
    /// forget `input`: what is still needed was kept.
    package mutating func next(_ input: UnsafeRawBufferPointer, from offset: inout Int) -> HTTP1Event {
        switch state {
        case .head: return nextHead(input, from: &offset)
        case .refused(let refusal): return .refused(refusal)
        default: return nextOfBody(input, from: &offset)
        }
    }

    /// The peer sends nothing more. `.end` where that is the end of a body, `.needsInput` between two messages.
    package mutating func inputEnded() -> HTTP1Event {
        switch state {
        case .untilClose, .complete:
            state = .head
            return .end
        case .head where gathered.isEmpty: return .needsInput
        case .refused(let refusal): return .refused(refusal)
        default: return refuse(.truncated)
        }
    }

    mutating func refuse(_ refusal: HTTPRefusal) -> HTTP1Event {
        state = .refused(refusal)
        gathered = []
        return .refused(refusal)
    }

    private mutating func nextHead(_ input: UnsafeRawBufferPointer, from offset: inout Int) -> HTTP1Event {
        guard offset < input.count else { return .needsInput }
        if gathered.isEmpty, !isPlausibleStart(input[offset]) {
            return refuse(input[offset] == HTTPBytes.carriageReturn ? .emptyStartLine : .notHTTP)
        }
        let section = nextSection(
            input,
            from: &offset,
            startLineMax: HTTPLimits.startLineBytesMax,
            bytesMax: HTTPLimits.headBytesMax
        )
        switch section {
        case .needsMore: return .needsInput
        case .refused(let refusal): return refuse(refusal)
        case .inPlace(let section): return head(of: section)
        case .gathered(let section): return section.withUnsafeBytes { head(of: $0) }
        }
    }

    /// TLS greetings, stray line ends and other bytes that begin no message are told apart without waiting for a blank line.
    private func isPlausibleStart(_ byte: UInt8) -> Bool {
        role == .requests ? HTTPBytes.isToken(byte) : byte == 0x48
    }

    private mutating func head(of section: UnsafeRawBufferPointer) -> HTTP1Event {
        do throws(HTTPRefusal) {
            let (head, framing) = try role == .requests ? requestHead(section) : responseHead(section)
            switch framing {
            case .none, .length(0): state = head.status != 0 && head.status < 200 ? .head : .complete
            case .length(let count): state = .length(remaining: count)
            case .chunked: state = .chunkSize(value: 0, digits: 0)
            case .untilClose: state = .untilClose
            }
            if role == .responses && head.status >= 200 { nextResponseHasNoBody = false }
            return .head(head, framing)
        } catch {
            return refuse(error)
        }
    }
}

// MARK: - Sections that end in a blank line

extension HTTP1Parser {
    enum Section {
        case needsMore
        case refused(HTTPRefusal)
        /// The usual case: all of it lies in the bytes just read, nothing was copied.
        case inPlace(UnsafeRawBufferPointer)
        case gathered(ArraySlice<UInt8>)
    }

    /// Takes bytes up to and with the blank line that ends a head or a trailer section.
    mutating func nextSection(
        _ input: UnsafeRawBufferPointer,
        from offset: inout Int,
        startLineMax: Int,
        bytesMax: Int
    ) -> Section {
        let rest = UnsafeRawBufferPointer(rebasing: input[offset...])
        guard !gathered.isEmpty else {
            switch scan.advance(rest, startLineMax: startLineMax, bytesMax: bytesMax) {
            case .found(let count):
                scan = HTTP1LineScan()
                offset += count
                return .inPlace(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            case .refused(let refusal): return .refused(refusal)
            case .needsMore:
                gathered.append(contentsOf: rest)
                offset = input.count
                return .needsMore
            }
        }
        let before = gathered.count
        gathered.append(contentsOf: rest.prefix(bytesMax - before))
        let result = gathered.withUnsafeBytes { scan.advance($0, startLineMax: startLineMax, bytesMax: bytesMax) }
        switch result {
        case .found(let count):
            scan = HTTP1LineScan()
            offset += count - before
            let section = gathered[..<count]
            gathered = []
            return .gathered(section)
        case .refused(let refusal): return .refused(refusal)
        case .needsMore:
            offset += gathered.count - before
            return .needsMore
        }
    }
}
