/// Which page of a listing is asked for. Each page is an answer of its own, so that the first one is there at once and
/// neither end ever holds the whole.
package struct PageParameters: ControlParameters, Hashable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case after, limit }

    /// The `next` of the page before; absent for the first one.
    package var after: String?
    /// At most so many lines, 1 to `limitMax`.
    package var limit: Int

    /// How many lines a page may have, and has unless fewer are asked for: some 200 KB of JSON.
    package static let limitMax = 1_000

    /// The page after that one.
    package init(after: String? = nil, limit: Int = PageParameters.limitMax) {
        self.after = after
        self.limit = limit
    }

    /// Decodes with the default above; a limit out of range is refused.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        after = try container.decodeIfPresent(String.self, forKey: .after)
        limit = try container.decodeIfPresent(Int.self, forKey: .limit) ?? Self.limitMax
        guard (1...Self.limitMax).contains(limit) else {
            throw MemberFault(detail: "\"limit\" must be 1 to \(Self.limitMax)")
        }
    }

    package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

/// A page of a listing.
package protocol ListPage: Codable, Hashable, Sendable {
    associatedtype Line: Sendable

    /// What is on the page, in order.
    var lines: [Line] { get set }
    /// Where the next page begins; absent on the last one.
    var next: String? { get set }
}
