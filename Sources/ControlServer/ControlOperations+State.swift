import ControlProtocol
import DurableModel
import Engine
import FoundationEssentials
import Operations

/// The state of keys.
extension ControlOperations {
    /// The most values of one key that are shown; more are refused, since half a state must not be written back.
    private static let valuesMax = 10_000

    func getState(_ parameters: GetState.Parameters, _ reply: ControlReplyHandle) {
        do { _ = try operations.service(parameters.service) } catch {
            return answer(reply, error: ControlError(error))
        }
        let service = Operations.quoted(parameters.service)
        let key = Operations.quoted(parameters.key)
        let sql = "SELECT key, value FROM state WHERE service_name = \(service) AND service_key = \(key)"
        collect(sql, rowsMax: Self.valuesMax + 1) { [self] result in
            switch result {
            case .failure(let error): answer(reply, error: ControlError(error))
            case .success(let rows):
                do throws(ControlError) {
                    answer(reply, long: try state(parameters, rows))
                } catch {
                    answer(reply, error: error)
                }
            }
        }
    }

    private func state(
        _ parameters: GetState.Parameters,
        _ rows: [InvocationQuery.Row]
    ) throws(ControlError) -> GetState.Result {
        guard rows.count <= Self.valuesMax else {
            throw ControlError(
                .stateRefused,
                "The key has more than \(Self.valuesMax) values, too many to show at once."
            )
        }
        var state: [[UInt8]: [UInt8]] = [:]
        var values: [String: String] = [:]
        for row in rows {
            guard let name = row.text("key"), let value = row.text("value").flatMap(Self.bytes) else {
                throw ControlError(.stateRefused, "The key has a value with a name that is not text.")
            }
            state[Array(name.utf8)] = value
            values[name] = Data(value).base64EncodedString()
        }
        return GetState.Result(
            service: parameters.service,
            key: parameters.key,
            version: Self.text(StateVersion.digest(of: state)),
            values: values
        )
    }

    func patchState(
        _ parameters: PatchState.Parameters,
        _ actor: OperationActor,
        _ reply: ControlReplyHandle
    ) throws(ControlError) {
        var state: [[UInt8]: [UInt8]] = [:]
        for (name, text) in parameters.values {
            guard let value = Data(base64Encoded: text) else {
                throw ControlError(.invalidParameters, "the value of \"\(name)\" is not base64")
            }
            state[Array(name.utf8)] = Array(value)
        }
        let patch = StatePatch(
            key: ServiceKey(service: parameters.service, key: parameters.key),
            newState: state,
            expectedVersion: try parameters.version.map { text throws(ControlError) in
                guard let version = Self.version(text) else { throw ControlError(.badStateVersion) }
                return version
            }
        )
        operations.patchState(patch, by: actor) { [self] result in
            answer(reply, result) { PatchState.Result(isQueued: $0) }
        }
    }

    /// The text of a version: base64url without padding, as other clients write it.
    private static func text(_ version: [UInt8]) -> String {
        let text = Data(version).base64EncodedString()
        return String(text.compactMap { $0 == "=" ? nil : $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    private static func version(_ text: String) -> [UInt8]? {
        let plain = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)).map(Array.init)
    }

    /// The bytes of a blob as a query's cell has it, in hexadecimal digits.
    private static func bytes(_ digits: String) -> [UInt8]? {
        let digits = Array(digits.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = nibble(digits[place]), let low = nibble(digits[place + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
