import ControlProtocol

extension ControlTime {
    /// The time to the second, as tables show it: `2026-01-02 03:04:05Z`.
    var shown: String {
        let text = description
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z"
    }
}
