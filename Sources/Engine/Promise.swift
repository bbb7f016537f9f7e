import DurableModel

/// Names a durable promise: of one key of a workflow, one name.
package struct PromiseName: Sendable, Hashable {
    package var key: ServiceKey
    package var name: String

    package init(key: ServiceKey, name: String) {
        self.key = key
        self.name = name
    }

    /// By bytes, as the store compares.
    package static func == (left: Self, right: Self) -> Bool {
        left.name.hasSameBytes(as: right.name) && left.key == right.key
    }

    package func hash(into hasher: inout Hasher) {
        name.hashBytes(into: &hasher)
        key.hash(into: &hasher)
    }
}

/// A GetPromise command that waits for its promise.
package struct PromiseWaiter: Sendable, Hashable {
    package var promise: PromiseName
    package var waiter: InvocationNumber
    package var completionID: UInt32

    package init(promise: PromiseName, waiter: InvocationNumber, completionID: UInt32) {
        self.promise = promise
        self.waiter = waiter
        self.completionID = completionID
    }
}
