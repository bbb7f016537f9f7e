import CSQLite
import DurableModel

/// Aggregates to which the order of their rows matters. Their arguments are the value, a separator for `joined`, and
/// then for each key of the order the key and its direction: 1 for descending, 2 more when NULLs come first.
final class OrderedAggregate {
    enum Kind: String, CaseIterable {
        case first
        case last
        case list
        case flags
        case joined
    }

    private struct Row {
        let value: QueryValue
        let keys: [QueryValue]
    }

    private let kind: Kind
    private let bytesMax: Int
    private var rows: [Row] = []
    private var directions: [Int64] = []
    private var separator = ","
    private var bytes = 0

    private init(_ kind: Kind, bytesMax: Int) {
        self.kind = kind
        self.bytesMax = bytesMax
    }

    // MARK: Rows

    /// `false` when there is more than may be kept.
    private func step(_ arguments: [QueryValue]) -> Bool {
        guard let value = arguments.first else { return true }
        let keysStart = kind == .joined ? 2 : 1
        if kind == .joined, arguments.count > 1, case .text(let text) = arguments[1] { separator = text }
        let rest = Array(arguments.dropFirst(keysStart))
        let keys = stride(from: 0, to: rest.count, by: 2).map { rest[$0] }
        directions = stride(from: 1, to: rest.count, by: 2).map {
            if case .integer(let direction) = rest[$0] { direction } else { 0 }
        }
        let row = Row(value: value, keys: keys)
        switch kind {
        case .first:
            if rows.isEmpty || precedes(row, rows[0]) { rows = [row] }
        case .last:
            // Of equal ones the last.
            if rows.isEmpty || !precedes(row, rows[0]) { rows = [row] }
        case .list, .flags, .joined:
            rows.append(row)
            bytes += value.approximateBytes + 32 + keys.reduce(0) { $0 + $1.approximateBytes }
        }
        return bytes <= bytesMax
    }

    private func precedes(_ left: Row, _ right: Row) -> Bool {
        for (index, direction) in directions.enumerated() where index < left.keys.count && index < right.keys.count {
            let (a, b) = (left.keys[index], right.keys[index])
            if a == b { continue }
            if a == .null || b == .null { return (a == .null) == (direction & 2 != 0) }
            if a.isLess(than: b) { return direction & 1 == 0 }
            if b.isLess(than: a) { return direction & 1 != 0 }
        }
        return false
    }

    private func finish() -> QueryValue {
        switch kind {
        case .first, .last: return rows.first?.value ?? .null
        case .list, .flags, .joined: break
        }
        // Rows of equal keys stay as they came.
        if !directions.isEmpty {
            rows = rows.enumerated().sorted { left, right in
                if precedes(left.element, right.element) { return true }
                return !precedes(right.element, left.element) && left.offset < right.offset
            }.map(\.element)
        }
        guard kind != .joined else {
            let texts = rows.compactMap { row -> String? in
                if case .text(let text) = row.value { text } else { nil }
            }
            return texts.isEmpty ? .null : .text(texts.joined(separator: separator))
        }
        guard !rows.isEmpty else { return .null }
        var writer = JSONWriter()
        writer.beginArray()
        for row in rows {
            switch row.value {
            case .null, .blob: writer.null()
            case .integer(let value): kind == .flags ? writer.bool(value != 0) : writer.integer(value)
            case .real(let value): writer.number(value)
            case .text(let text): writer.string(text)
            }
        }
        writer.endArray()
        return .text(writer.text)
    }

    // MARK: SQLite

    /// What a function of SQLite's keeps: which aggregate it is.
    private final class Box {
        let kind: Kind
        let bytesMax: Int

        init(_ kind: Kind, _ bytesMax: Int) {
            self.kind = kind
            self.bytesMax = bytesMax
        }
    }

    static func register(on handle: OpaquePointer, limits: QueryLimits) -> Int32 {
        for kind in Kind.allCases {
            let code = sqlite3_create_function_v2(
                handle,
                "perdure_\(kind.rawValue)",
                -1,
                SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                Unmanaged.passRetained(Box(kind, limits.valueBytesMax)).toOpaque(),
                nil,
                { context, count, values in
                    guard let context, let aggregate = OrderedAggregate.of(context, isNew: true) else { return }
                    if !aggregate.step(QueryValue.arguments(count, values)) { sqlite3_result_error_toobig(context) }
                },
                { context in
                    guard let context else { return }
                    guard let memory = OrderedAggregate.memory(of: context, size: 0), let held = memory.pointee else {
                        sqlite3_result_null(context)
                        return
                    }
                    memory.pointee = nil
                    held.takeRetainedValue().finish().give(to: context)
                },
                { data in
                    guard let data else { return }
                    Unmanaged<Box>.fromOpaque(data).release()
                }
            )
            guard code == SQLITE_OK else { return code }
        }
        return SQLITE_OK
    }

    private typealias Memory = UnsafeMutablePointer<Unmanaged<OrderedAggregate>?>

    /// The memory that SQLite keeps for one group, all zero at first.
    private static func memory(of context: OpaquePointer, size: Int) -> Memory? {
        sqlite3_aggregate_context(context, Int32(size))?.assumingMemoryBound(
            to: Unmanaged<OrderedAggregate>?.self
        )
    }

    private static func of(_ context: OpaquePointer, isNew: Bool) -> OrderedAggregate? {
        guard let memory = memory(of: context, size: MemoryLayout<Unmanaged<OrderedAggregate>?>.size) else {
            sqlite3_result_error_nomem(context)
            return nil
        }
        if let held = memory.pointee { return held.takeUnretainedValue() }
        guard let data = sqlite3_user_data(context) else { return nil }
        let box = Unmanaged<Box>.fromOpaque(data).takeUnretainedValue()
        let aggregate = OrderedAggregate(box.kind, bytesMax: box.bytesMax)
        memory.pointee = Unmanaged.passRetained(aggregate)
        return aggregate
    }
}

extension QueryValue {
    /// The order of SQLite: numbers, texts, bytes.
    fileprivate func isLess(than other: QueryValue) -> Bool {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left < right
        case (.integer(let left), .real(let right)): Double(left) < right
        case (.real(let left), .integer(let right)): left < Double(right)
        case (.real(let left), .real(let right)): left < right
        case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.blob(let left), .blob(let right)): left.lexicographicallyPrecedes(right)
        default: rank < other.rank
        }
    }

    private var rank: Int {
        switch self {
        case .null: 0
        case .integer, .real: 1
        case .text: 2
        case .blob: 3
        }
    }
}
