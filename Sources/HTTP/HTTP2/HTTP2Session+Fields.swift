internal import CNghttp2

/// Heads in the form the library takes them. It copies all of it at once, so the buffers are used again for the next head.
extension HTTP2Session {
    private enum Flags {
        static let none = UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)
        static let unique = UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue)
        /// A constant of ours: the library may point to it instead of copying it.
        static let constant = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)
        static let constantName = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)
    }

    func withFields(
        of head: HTTPHead,
        contentLength: Int? = nil,
        _ body: (UnsafeBufferPointer<nghttp2_nv>) -> Int32
    ) -> Int32 {
        outgoing.removeAll(keepingCapacity: true)
        return head.bytes.withUnsafeBufferPointer { bytes in
            if head.status > 0 { addStatus(head.status) } else { addRequestLine(head, bytes) }
            for field in head.fields {
                let name = Self.part(field.name, bytes)
                let value = Self.part(field.value, bytes)
                add(name, value, field.isUnique ? Flags.unique : Flags.none)
            }
            if let contentLength { addLength(contentLength) }
            return outgoing.withUnsafeBufferPointer { body($0) }
        }
    }

    private func addStatus(_ status: Int) {
        if status == 200 { return add(Self.part(":status"), Self.part("200"), Flags.constant) }
        var rest = status
        for place in [2, 1, 0] {
            digits[place] = HTTPBytes.zero + UInt8(rest % 10)
            rest /= 10
        }
        add(Self.part(":status"), UnsafeBufferPointer(start: digits, count: 3), Flags.constantName)
    }

    private func addRequestLine(_ head: HTTPHead, _ bytes: UnsafeBufferPointer<UInt8>) {
        add(Self.part(":method"), Self.part(head.methodPlace, bytes), Flags.constantName)
        add(Self.part(":scheme"), Self.part(scheme), Flags.constant)
        add(Self.part(":authority"), Self.part(head.authorityPlace, bytes), Flags.constantName)
        add(Self.part(":path"), Self.part(head.targetPlace, bytes), Flags.constantName)
    }

    private func addLength(_ length: Int) {
        // Behind the digits of the status.
        var place = 32
        var rest = length
        repeat {
            place -= 1
            digits[place] = HTTPBytes.zero + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        add(
            Self.part("content-length"),
            UnsafeBufferPointer(start: digits + place, count: 32 - place),
            Flags.constantName
        )
    }

    private static func part(_ text: StaticString) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    private static func part(
        _ place: HTTPHead.Place,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[place.range])
    }

    private func add(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, _ flags: UInt8) {
        outgoing.append(
            nghttp2_nv(
                name: UnsafeMutablePointer(mutating: name.baseAddress),
                value: UnsafeMutablePointer(mutating: value.baseAddress),
                namelen: name.count,
                valuelen: value.count,
                flags: flags
            )
        )
    }
}
