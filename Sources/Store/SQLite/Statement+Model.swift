import DurableModel
import Engine

// How values of the model lie in columns: ids as their bytes, times and lengths of time as whole milliseconds.

extension Statement {
    func bind(_ index: Int32, _ id: InvocationID) {
        bind(index, words: id.partitionKey, id.high, id.low)
    }

    func bind(_ index: Int32, _ id: DeploymentID) {
        bind(index, words: id.high, id.low)
    }

    func bind(_ index: Int32, _ id: DeploymentID?) {
        if let id { bind(index, id) } else { bindNull(index) }
    }

    /// Binds a key to the first two parameters.
    func bind(_ key: ServiceKey) {
        bind(1, key.service)
        bind(2, key.key)
    }

    func bind(_ index: Int32, _ number: InvocationNumber) {
        bind(index, number.rawValue)
    }

    /// Who waits, and for which of its completions, from `index` on.
    func bind(_ index: Int32, waiter: InvocationNumber, completionID: UInt32) {
        bind(index, waiter)
        bind(index + 1, Int(completionID))
    }

    func bind(_ index: Int32, _ time: Timestamp) {
        bind(index, time.milliseconds)
    }

    func bind(_ index: Int32, _ time: Timestamp?) {
        bind(index, time?.milliseconds)
    }

    func bind(_ index: Int32, _ interval: Interval?) {
        bind(index, interval?.milliseconds)
    }

    func number(_ column: Int32) -> InvocationNumber {
        InvocationNumber(rawValue: integer(column))
    }

    func time(_ column: Int32) -> Timestamp {
        Timestamp(milliseconds: integer(column))
    }

    func optionalTime(_ column: Int32) -> Timestamp? {
        optionalInteger(column).map { Timestamp(milliseconds: $0) }
    }

    func optionalInterval(_ column: Int32) -> Interval? {
        optionalInteger(column).map { Interval(milliseconds: $0) }
    }

    func interval(_ column: Int32) -> Interval {
        Interval(milliseconds: integer(column))
    }

    /// An invocation's id; `nil` when the bytes are none.
    func invocationID(_ column: Int32) -> InvocationID? {
        withBlob(column) { InvocationID(bytes: $0) }
    }

    /// A deployment's id; `nil` when the bytes are none.
    func deploymentID(_ column: Int32) -> DeploymentID? {
        withBlob(column) { DeploymentID(storedBytes: $0) }
    }

    func int(_ column: Int32) -> Int {
        Int(integer(column))
    }

    func optionalInt(_ column: Int32) -> Int? {
        optionalInteger(column).map { Int($0) }
    }

    /// A number that the protocol keeps in 32 bits; `nil` when it does not fit.
    func uint32(_ column: Int32) -> UInt32? {
        UInt32(exactly: integer(column))
    }
}

extension DeploymentID {
    /// Reads the 16 bytes of a column; `nil` when there are not exactly 16.
    init?(storedBytes bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        self.init(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
    }
}
