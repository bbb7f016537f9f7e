/// Sizes as they are written in a configuration: plain bytes, or a whole number of KiB, MiB or GiB.
enum SizeText {
    private static let units: [(name: String, bytes: Int)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]

    /// Bytes, or `nil` when the text is no size.
    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        if unit.isEmpty || unit == "b" { return number }
        guard let bytes = units.first(where: { $0.name.lowercased() == unit })?.bytes else { return nil }
        let product = number.multipliedReportingOverflow(by: bytes)
        return product.overflow ? nil : product.partialValue
    }

    /// The largest unit that leaves no rest.
    static func write(_ bytes: Int) -> String {
        for unit in units where bytes > 0 && bytes % unit.bytes == 0 { return "\(bytes / unit.bytes)\(unit.name)" }
        return "\(bytes)"
    }
}
