extension HTTP1Parser {
    mutating func nextOfBody(_ input: UnsafeRawBufferPointer, from offset: inout Int) -> HTTP1Event {
        while true {
            if case .complete = state {
                state = .head
                return .end
            }
            guard offset < input.count else { return .needsInput }
            switch state {
            case .length(let remaining):
                let piece = take(remaining, input, &offset)
                state = piece.count == remaining ? .complete : .length(remaining: remaining - piece.count)
                return .body(piece)
            case .chunk(let remaining):
                let piece = take(remaining, input, &offset)
                state = piece.count == remaining ? .chunkEnd : .chunk(remaining: remaining - piece.count)
                return .body(piece)
            case .untilClose:
                return .body(take(input.count, input, &offset))
            case .trailers:
                if let event = trailers(input, from: &offset) { return event }
            default:
                let byte = input[offset]
                offset += 1
                if let refusal = chunkLine(byte) { return refuse(refusal) }
            }
        }
    }

    private func take(_ most: Int, _ input: UnsafeRawBufferPointer, _ offset: inout Int) -> UnsafeRawBufferPointer {
        let end = offset + min(most, input.count - offset)
        let piece = UnsafeRawBufferPointer(rebasing: input[offset..<end])
        offset = end
        return piece
    }

    /// One byte of what stands between the data of two chunks.
    private mutating func chunkLine(_ byte: UInt8) -> HTTPRefusal? {
        switch state {
        case .chunkSize(let value, let digits):
            if let digit = HTTPBytes.hexValue(byte) {
                guard digits < HTTPLimits.chunkSizeDigitsMax else { return .chunkTooLarge }
                state = .chunkSize(value: value << 4 | digit, digits: digits + 1)
                return nil
            }
            if digits > 0 && (byte == 0x3B || HTTPBytes.isOptionalSpace(byte)) { return .chunkExtension }
            guard digits > 0, byte == HTTPBytes.carriageReturn else { return .malformedChunkSize }
            state = .chunkSizeLineFeed(value: value)
        case .chunkSizeLineFeed(let value):
            guard byte == HTTPBytes.lineFeed else { return .malformedChunkSize }
            state = value == 0 ? .trailers : .chunk(remaining: value)
        case .chunkEnd:
            guard byte == HTTPBytes.carriageReturn else { return .malformedChunkEnd }
            state = .chunkEndLineFeed
        case .chunkEndLineFeed:
            guard byte == HTTPBytes.lineFeed else { return .malformedChunkEnd }
            state = .chunkSize(value: 0, digits: 0)
        default:
            // Only the lines between chunks are read byte by byte.
            return .malformedChunkSize
        }
        return nil
    }

    /// The trailer section is checked and dropped: nothing here may be told by a trailer. Nil once it was complete.
    private mutating func trailers(_ input: UnsafeRawBufferPointer, from offset: inout Int) -> HTTP1Event? {
        let limit = HTTPLimits.trailerBytesMax
        let section = nextSection(input, from: &offset, startLineMax: limit, bytesMax: limit)
        switch section {
        case .needsMore: return .needsInput
        case .refused(.bareLineFeed): return refuse(.malformedTrailer)
        case .refused: return refuse(.trailersTooLong)
        case .inPlace(let bytes): return checked(trailers: bytes)
        case .gathered(let bytes): return bytes.withUnsafeBytes { checked(trailers: $0) }
        }
    }

    private mutating func checked(trailers section: UnsafeRawBufferPointer) -> HTTP1Event? {
        var fields = HTTP1FieldReader(role: role)
        let span = section.withMemoryRebound(to: UInt8.self) { $0 }
        do throws(HTTPRefusal) {
            try fields.read(span.span, from: 0)
        } catch {
            return refuse(.malformedTrailer)
        }
        guard !fields.framesMessage else { return refuse(.malformedTrailer) }
        state = .complete
        return nil
    }
}
