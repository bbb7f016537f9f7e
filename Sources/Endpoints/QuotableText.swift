extension String {
    /// The text as it may stand in a message: cut after a hundred characters and without control characters, since it
    /// comes from an endpoint and ends on somebody's terminal.
    var quotable: String {
        if utf8.count <= 100, utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return self }
        let shown = unicodeScalars.prefix(100).map { scalar in
            scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) ? " " : String(scalar)
        }
        return shown.joined() + (unicodeScalars.count > 100 ? "…" : "")
    }
}
