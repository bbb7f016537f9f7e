import Engine

/// What goes wrong with a commit.
package enum CommitFault: Sendable, Hashable {
    /// The disk is full: nothing is written, and the next commit is asked about anew.
    case full
    /// The store does not want these writes: nothing is written.
    case refused(String)
    /// The write fails, and nothing works any more. A new start finds it there if `isWritten`: a failed fsync says nothing
    /// about what is on the disk.
    case inputOutput(isWritten: Bool)
}

extension MemoryStorage {
    /// A storage whose commits fail by turns as the list says, `nil` going well; after its end all go well.
    package func failCommits(_ faults: [CommitFault?]) {
        var remaining = faults[...]
        onCommit = { _ in remaining.popFirst() ?? nil }
    }
}
