import FoundationEssentials

/// What the daemon and a query worker say to each other over their socket pair, in the same frames as on the control
/// socket. The daemon sends one `query` request at a time; the worker answers with `query.batch` notifications and
/// then the response. There is no hello: both are of one release, and the worker is started by the daemon.
package enum QueryWorker {
    /// The request's method.
    package static let queryMethod = "query"
    /// The method of a notification with rows.
    package static let batchMethod = "query.batch"
    /// About as many bytes of rows go into one batch: large enough to cost little, small enough to be passed on soon.
    package static let batchBytes = 64 << 10

    /// How the rows are to come.
    package enum Format: String, Codable, CaseIterable, Sendable {
        /// As `rows` of JSON values, the columns with the first batch.
        case values
        /// As `text`: the pieces, one after the other, are the body of a `POST /query` answer in JSON.
        case json
        /// As `bytes`: the pieces, one after the other, are an Arrow IPC stream.
        case arrow
    }

    /// The parameters of `query`.
    package struct Query: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case sql, deadlineMilliseconds, rowsMax, format }

        /// The statement as the user wrote it.
        package var sql: String
        /// The worker gives up after so long. The daemon kills it somewhat later, should it not.
        package var deadlineMilliseconds: Int
        /// The worker stops after so many rows; nil is without a limit of rows.
        package var rowsMax: Int?
        package var format: Format

        /// This statement with these limits.
        package init(sql: String, deadlineMilliseconds: Int, rowsMax: Int?, format: Format) {
            self.sql = sql
            self.deadlineMilliseconds = deadlineMilliseconds
            self.rowsMax = rowsMax
            self.format = format
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    /// The parameters of `query.batch`.
    package struct Batch: Codable, Hashable, Sendable {
        /// In the first batch of format `values`.
        package var columns: [QueryColumn]?
        /// In format `values`.
        package var rows: [[JSONValue]]?
        /// In format `json`.
        package var text: String?
        /// In format `arrow`, in base64.
        package var base64: String?

        /// A batch of values.
        package init(columns: [QueryColumn]?, rows: [[JSONValue]]) {
            self.columns = columns
            self.rows = rows
        }

        /// A batch of rendered text.
        package init(text: String) { self.text = text }

        /// A batch of rendered bytes.
        package init(bytes: [UInt8]) { base64 = Data(bytes).base64EncodedString() }

        /// What is to be passed on as it is: the text or the bytes. nil for a batch of values.
        package var rendered: [UInt8]? {
            if let text { return Array(text.utf8) }
            return base64.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
        }
    }

    /// The result of `query`, after its last batch.
    package struct Summary: Codable, Hashable, Sendable {
        /// How many rows the batches held.
        package var rows: Int
        /// Whether the limit of rows cut some off.
        package var isTruncated: Bool

        /// So many rows.
        package init(rows: Int, isTruncated: Bool) {
            self.rows = rows
            self.isTruncated = isTruncated
        }
    }
}
