import ControlProtocol

/// Comma-separated values (RFC 4180), a line for each row.
enum CSVText {
    /// The text of these rows.
    static func of(_ rows: [[String]]) -> String {
        rows.map { $0.map(field).joined(separator: ",") + "\n" }.joined()
    }

    private static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
        return "\"" + text.escaping("\"", as: "\"\"") + "\""
    }
}
