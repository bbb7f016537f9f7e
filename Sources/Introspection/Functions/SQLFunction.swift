import CSQLite

/// Why a function of ours gives no value: the query is refused with the text.
struct FunctionError: Error {
    let text: String
}

/// A function that SQLite calls for each row.
struct SQLFunction {
    let name: String
    let parameters: Int32
    /// Also called with NULLs among its arguments; else the value is NULL then.
    let body: @Sendable ([QueryValue]) throws(FunctionError) -> QueryValue

    init(
        _ name: String,
        _ parameters: Int32,
        _ body: @escaping @Sendable ([QueryValue]) throws(FunctionError) -> QueryValue
    ) {
        self.name = "perdure_" + name
        self.parameters = parameters
        self.body = body
    }

    /// What SQLite keeps of a function.
    private final class Box {
        let function: SQLFunction

        init(_ function: SQLFunction) { self.function = function }
    }

    /// Makes the function known to a connection, as one that depends on its arguments only.
    func register(on handle: OpaquePointer) -> Int32 {
        sqlite3_create_function_v2(
            handle,
            name,
            parameters,
            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
            Unmanaged.passRetained(Box(self)).toOpaque(),
            { context, count, values in
                guard let context, let data = sqlite3_user_data(context) else { return }
                let function = Unmanaged<Box>.fromOpaque(data).takeUnretainedValue().function
                function.call(context, QueryValue.arguments(count, values))
            },
            nil,
            nil,
            { data in
                guard let data else { return }
                Unmanaged<Box>.fromOpaque(data).release()
            }
        )
    }

    private func call(_ context: OpaquePointer, _ arguments: [QueryValue]) {
        guard !arguments.contains(.null) else {
            sqlite3_result_null(context)
            return
        }
        do throws(FunctionError) {
            try body(arguments).give(to: context)
        } catch {
            sqlite3_result_error(context, error.text, -1)
        }
    }
}

extension QueryValue {
    /// The arguments of a call.
    static func arguments(_ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?) -> [QueryValue] {
        (0..<Int(count)).map { values?[$0].map { QueryValue(sqliteValue: $0) } ?? .null }
    }

    /// Gives SQLite a copy of the value as the result of a function.
    func give(to context: OpaquePointer) {
        switch self {
        case .null: sqlite3_result_null(context)
        case .integer(let value): sqlite3_result_int64(context, value)
        case .real(let value): sqlite3_result_double(context, value)
        case .text(let text):
            Array(text.utf8).withUnsafeBytes { bytes in
                guard let start = bytes.assumingMemoryBound(to: CChar.self).baseAddress else {
                    sqlite3_result_text(context, "", 0, transient)
                    return
                }
                sqlite3_result_text64(context, start, UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
            }
        case .blob(let bytes):
            bytes.withUnsafeBytes { buffer in
                if buffer.isEmpty {
                    sqlite3_result_zeroblob(context, 0)
                } else {
                    sqlite3_result_blob64(context, buffer.baseAddress, UInt64(buffer.count), transient)
                }
            }
        }
    }
}
