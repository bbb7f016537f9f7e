import DurableModel
import Engine

/// What an operation on one invocation came to.
package struct Operated: Sendable, Equatable {
    package var id: InvocationID
    package var outcome: OperationOutcome
}

/// What an operation on a list of invocations came to: each is in one of the two lists, in the order of the request.
package struct BatchOutcome: Sendable, Equatable {
    /// An invocation that the operation was not done to.
    package struct Failed: Sendable, Equatable {
        package var id: InvocationID
        package var refusal: Refusal
    }

    package var succeeded: [Operated] = []
    package var failed: [Failed] = []

    /// At most so many invocations may be named in one request.
    package static let idsMax = 1_000
}

/// Where an operation in bulk goes on: after a broken connection, for instance.
package struct BulkCursor: Sendable, Equatable {
    package var after: InvocationNumber
    package var upTo: InvocationNumber

    package init(after: InvocationNumber, upTo: InvocationNumber) {
        self.after = after
        self.upTo = upTo
    }

    /// The cursor as it is handed out; `nil` for a text that is none.
    package init?(text: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let after = Int64(parts[0]), let upTo = Int64(parts[1]), after >= 0, upTo >= after
        else {
            return nil
        }
        self.init(after: InvocationNumber(rawValue: after), upTo: InvocationNumber(rawValue: upTo))
    }

    package var text: String { "\(after.rawValue)-\(upTo.rawValue)" }
}

/// What an operation in bulk came to, all steps of this request together.
package struct BulkOutcome: Sendable, Equatable {
    package var matched = 0
    package var succeeded = 0
    package var refused = 0
    /// Where to go on; `nil` at the end.
    package var cursor: BulkCursor?
}
