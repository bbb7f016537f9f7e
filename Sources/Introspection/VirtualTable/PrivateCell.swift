import CSQLite
import DurableModel
import ServiceProtocol

/// A cell of a private row on its way to a public one.
struct PrivateCell {
    let statement: OpaquePointer
    let position: Int32
    let session: QuerySession

    /// Gives SQLite the value in its public form. What does not decode is NULL: a broken row must not hide others.
    func write(_ form: ColumnForm, to context: OpaquePointer) -> Int32 {
        if sqlite3_column_type(statement, position) == SQLITE_NULL {
            sqlite3_result_null(context)
            return SQLITE_OK
        }
        switch form {
        case .plain:
            sqlite3_result_value(context, sqlite3_column_value(statement, position))
        case .invocationID:
            Self.result(bytes { InvocationID(bytes: $0)?.description }, to: context)
        case .deploymentID:
            Self.result(bytes(Self.deploymentID), to: context)
        case .partitionKey:
            writePartitionKey(to: context)
        case .partitionKeyOfKey:
            let key = bytes { String(decoding: $0, as: UTF8.self) }
            sqlite3_result_int64(context, Int64(clamping: InvocationID.partitionKey(ofKey: key)))
        case .lossyText:
            Self.result(bytes { String(decoding: $0, as: UTF8.self) }, to: context)
        case .entryType:
            Self.result(messageType?.entryTypeName, to: context)
        case .commandType:
            Self.result(messageType.map { Self.commandName($0) }, to: context)
        case .payload, .payloadText, .entryName, .entryLiteJSON, .entryJSON:
            return writePayload(form, to: context)
        case .awaitedCompletions, .awaitedSignals, .awaitedTree:
            let awaiting = bytes { try? Awaiting.decode(Array($0)) }
            Self.result(awaiting.map { AwaitingText.text(of: $0, form) }, to: context)
        }
        return SQLITE_OK
    }

    // MARK: Payloads

    private func writePayload(_ form: ColumnForm, to context: OpaquePointer) -> Int32 {
        let payload: [UInt8]
        do throws(ScanError) {
            payload = try wholePayload()
        } catch {
            guard case .sqlite(let code) = error else { return SQLITE_ERROR }
            return code
        }
        switch form {
        case .payload:
            payload.withUnsafeBytes { bytes in
                if bytes.isEmpty {
                    sqlite3_result_zeroblob(context, 0)
                } else {
                    sqlite3_result_blob64(context, bytes.baseAddress, UInt64(bytes.count), transient)
                }
            }
        case .payloadText:
            Self.result(String(validating: payload, as: UTF8.self), to: context)
        default:
            return writeEntry(payload, form, to: context)
        }
        return SQLITE_OK
    }

    private func writeEntry(_ payload: [UInt8], _ form: ColumnForm, to context: OpaquePointer) -> Int32 {
        let type = UInt16(truncatingIfNeeded: sqlite3_column_int64(statement, position + 1))
        let frame = MessageFrame(type: type, payload: payload)
        do throws(ScanError) {
            var callee: Callee?
            if let completion = EntryText.calleeCompletion(of: frame, form) {
                callee = try session.callee(
                    of: sqlite3_column_int64(statement, position + 2),
                    completion: completion
                )
            }
            Self.result(EntryText.text(of: frame, form, callee: callee), to: context)
            return SQLITE_OK
        } catch {
            guard case .sqlite(let code) = error else { return SQLITE_ERROR }
            return code
        }
    }

    private func wholePayload() throws(ScanError) -> [UInt8] {
        guard sqlite3_column_type(statement, position) == SQLITE_INTEGER else { return bytes { Array($0) } }
        return try session.payload(number: sqlite3_column_int64(statement, position))
    }

    // MARK: Pieces

    private func bytes<T>(_ body: (UnsafeRawBufferPointer) -> T) -> T {
        let start = sqlite3_column_blob(statement, position)
        let count = start == nil ? 0 : Int(sqlite3_column_bytes(statement, position))
        return body(UnsafeRawBufferPointer(start: start, count: count))
    }

    private var messageType: MessageType? {
        UInt16(exactly: sqlite3_column_int64(statement, position)).map { MessageType(rawValue: $0) }
    }

    private func writePartitionKey(to context: OpaquePointer) {
        guard let id = bytes({ InvocationID(bytes: $0) }) else {
            sqlite3_result_null(context)
            return
        }
        sqlite3_result_int64(context, Int64(bitPattern: id.partitionKey))
    }

    private static func deploymentID(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard bytes.count == 16 else { return nil }
        let high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        return DeploymentID(high: high, low: low).description
    }

    static func commandName(_ type: MessageType) -> String {
        let name = type.entryTypeName
        return name.hasPrefix("Command: ") ? String(name.dropFirst("Command: ".count)) : name
    }

    private static func result(_ text: String?, to context: OpaquePointer) {
        guard var text else {
            sqlite3_result_null(context)
            return
        }
        text.withUTF8 { bytes in
            let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
            guard let start else {
                sqlite3_result_text(context, "", 0, transient)
                return
            }
            sqlite3_result_text64(context, start, UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
        }
    }
}
