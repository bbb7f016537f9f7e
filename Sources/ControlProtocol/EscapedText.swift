extension String {
    /// The text with each such ASCII character written as `escape`. They are found among its bytes: as a character, a quote
    /// that a combining mark follows is another, and would end a literal all the same.
    package func escaping(_ ascii: Unicode.Scalar, as escape: String) -> String {
        let parts = utf8.split(separator: UInt8(ascii: ascii), omittingEmptySubsequences: false)
        return parts.map { String(Substring($0)) }.joined(separator: escape)
    }
}
