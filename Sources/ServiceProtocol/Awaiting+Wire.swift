/// The `Future` message of V7, which is also the form in which a row keeps an await.
extension Awaiting {
    package func encode() -> [UInt8] {
        var writer = WireWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// Reads what `encode()` wrote. Refused: what is malformed, empty or too deep.
    package static func decode(_ bytes: [UInt8]) throws(PayloadProblem) -> Awaiting {
        try Awaiting(reading: WireReader(bytes))
    }

    /// A node whose fields are being read.
    private struct OpenNode {
        var reader: WireReader
        var leaves = NotificationLists()
        var children: [Awaiting] = []
        var combinator = Combinator.unknown

        var closed: Awaiting { Awaiting(combinator: combinator, leaves: leaves.ids, children: children) }

        mutating func take(_ field: WireReader.Field) throws(PayloadProblem) {
            guard field.number == 5 else { return try leaves.take(field, of: reader) }
            let value = try reader.uint64(field)
            combinator = UInt32(exactly: value).flatMap(Combinator.init(rawValue:)) ?? .unknown
        }
    }

    /// Reads the tree with a stack of its own: the depth is the peer's choice.
    init(reading fields: WireReader) throws(PayloadProblem) {
        var open = [OpenNode(reader: fields)]
        var nodes = 1
        while true {
            let top = open.count - 1
            if let field = try open[top].reader.next() {
                guard field.number == 4 else {
                    try open[top].take(field)
                    continue
                }
                guard open.count < Self.depthMax else { throw .awaitTooDeep(limit: Self.depthMax) }
                try open[top].reader.checkRoom(for: field, in: nodes)
                nodes += 1
                open.append(OpenNode(reader: try open[top].reader.message(field)))
            } else {
                let node = open[top].closed
                open.removeLast()
                guard !open.isEmpty else {
                    self = node
                    break
                }
                open[top - 1].children.append(node)
            }
        }
        guard hasLeaves else { throw .emptyAwait }
    }

    private var hasLeaves: Bool {
        !leaves.isEmpty || children.contains { $0.hasLeaves }
    }

    func write(to writer: inout WireWriter) {
        var sizes: [Int] = []
        measure(into: &sizes)
        var next = 0
        write(to: &writer, sizes: sizes, next: &next)
    }

    /// Appends the encoded size of this node and of all below it, in the order in which they are written: measured
    /// once, since measuring at every level would be quadratic in the depth.
    @discardableResult
    private func measure(into sizes: inout [Int]) -> Int {
        let place = sizes.count
        sizes.append(0)
        let lists = NotificationLists(leaves)
        var size = lists.encodedBytes + (combinator == .unknown ? 0 : 2)
        for child in children {
            let nested = child.measure(into: &sizes)
            size += 1 + WireWriter.varintBytes(UInt64(nested)) + nested
        }
        sizes[place] = size
        return size
    }

    private func write(to writer: inout WireWriter, sizes: [Int], next: inout Int) {
        next += 1
        NotificationLists(leaves).write(to: &writer)
        for child in children {
            writer.length(4, sizes[next])
            child.write(to: &writer, sizes: sizes, next: &next)
        }
        writer.uint32(5, combinator.rawValue)
    }
}

/// The fields 1 to 3 of `Future` and of the suspension of V5 and V6.
struct NotificationLists {
    var completions: [UInt32] = []
    var signals: [UInt32] = []
    var names: [String] = []

    init(_ ids: [NotificationID] = []) {
        for id in ids {
            switch id {
            case .completion(let number): completions.append(number)
            case .signal(let number): signals.append(number)
            case .namedSignal(let name): names.append(name)
            }
        }
    }

    var ids: [NotificationID] {
        completions.map(NotificationID.completion) + signals.map(NotificationID.signal)
            + names.map(NotificationID.namedSignal)
    }

    /// Takes the field if it is one of the lists.
    mutating func take(_ field: WireReader.Field, of reader: WireReader) throws(PayloadProblem) {
        switch field.number {
        case 1: try reader.appendUInt32s(field, to: &completions)
        case 2: try reader.appendUInt32s(field, to: &signals)
        case 3:
            try reader.checkRoom(for: field, in: names.count)
            names.append(try reader.string(field))
        default: break
        }
    }

    func write(to writer: inout WireWriter) {
        writer.packed(1, completions)
        writer.packed(2, signals)
        for name in names { writer.presentString(3, name) }
    }

    var encodedBytes: Int {
        var bytes = 0
        for list in [completions, signals] where !list.isEmpty {
            let size = WireWriter.packedBytes(list)
            bytes += 1 + WireWriter.varintBytes(UInt64(size)) + size
        }
        for name in names {
            bytes += 1 + WireWriter.varintBytes(UInt64(name.utf8.count)) + name.utf8.count
        }
        return bytes
    }
}
