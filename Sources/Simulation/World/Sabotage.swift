import Engine

/// A world broken on purpose, so that a test sees its invariants notice: what a turn writes, reads of its queues, or does
/// is changed behind the partition's back.
package struct Sabotage: Sendable {
    /// Changes what a commit writes; the rows are those before it.
    package var writes: (@Sendable (inout WriteSet, MemoryRows, inout Entropy) -> Void)?
    /// Changes what is done after a commit.
    package var actions: (@Sendable (inout [Action], inout Entropy) -> Void)?
    /// Changes the inbox of a key as it is read.
    package var inbox: (@Sendable ([InboxEntry]) -> [InboxEntry])?

    package init(
        writes: (@Sendable (inout WriteSet, MemoryRows, inout Entropy) -> Void)? = nil,
        actions: (@Sendable (inout [Action], inout Entropy) -> Void)? = nil,
        inbox: (@Sendable ([InboxEntry]) -> [InboxEntry])? = nil
    ) {
        self.writes = writes
        self.actions = actions
        self.inbox = inbox
    }
}
