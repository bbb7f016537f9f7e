/// Why a query has no answer, or not all of it. Texts are for who wrote it.
package enum QueryError: Error, Sendable, Hashable {
    /// The statement is none that can be run: its text, or a value in it.
    case refused(String)
    /// It took longer than it may.
    case timeout(milliseconds: Int)
    /// It needs more memory, or has a longer answer, than it may.
    case tooLarge(String)
    /// Nobody waits for the answer any more.
    case cancelled
    /// The database cannot be read.
    case unavailable(String)
}

extension QueryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let text): text
        case .timeout(let milliseconds):
            "the query ran for \(milliseconds) ms and was stopped; ask for fewer rows, or narrow it by id or service"
        case .tooLarge(let text): text
        case .cancelled: "the query was cancelled"
        case .unavailable(let text): text
        }
    }
}
