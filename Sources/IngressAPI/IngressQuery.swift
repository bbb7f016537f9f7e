import DurableModel

/// What the query of a call or a send may say; anything else in it is ignored.
struct IngressQuery {
    /// The text of `delay`, decoded; the first one counts.
    var delay: String?
    var hasLimitKey = false

    /// Names are compared without regard to case.
    init(_ query: ArraySlice<UInt8>?) {
        guard let query else { return }
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = pair[..<equals]
            if name.equalsIgnoringCase("delay"), delay == nil {
                // What is no UTF-8 is no duration either; the replacement says so in the refusal.
                let value = pair[equals...].dropFirst()
                delay = PercentText.decode(value, plusIsSpace: true) ?? "\u{fffd}"
            } else if name.equalsIgnoringCase("limit-key") {
                hasLimitKey = true
            }
        }
    }

    /// The delay of a send; `nil` without one.
    func interval() throws(IngressRefusal) -> Interval? {
        guard let delay else { return nil }
        do {
            return try DurationText.parse(delay)
        } catch {
            throw .badDelay(error)
        }
    }
}
