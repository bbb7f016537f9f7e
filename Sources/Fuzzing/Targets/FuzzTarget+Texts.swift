import Configuration
import ControlProtocol
import DurableModel

extension FuzzTarget {
    /// Ids as people and programs write them: what is one has one spelling.
    static let ids = FuzzTarget(
        name: "ids",
        examples: texts([
            "inv_15iPcYo0lrZZ5rBBBqA8sIBLoccSzimgoY", "dp_14VR3T2vcLCOEm7VdgS7Yt5", "inv_1",
            "dp_1zzzzzzzzzzzzzzzzzzzzzz",
            "inv_1zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "prom_1NMyOAvDK2CcBjUH4Rmb7eGBp0DNNDnmsAAAAAQ",
            "sign_1NMyOAvDK2CcBjUH4Rmb7eGBp0DNNDnmsAAAAAQ",
        ]),
        words: texts(["inv_1", "dp_1", "sign_1", "prom_1", "_", "z", "0", "é", "\u{0}"]),
        read: { bytes, _ in
            let text = String(decoding: bytes, as: UTF8.self)
            if let id = try? InvocationID(parsing: text) {
                if id.description != text { return "\(text) is read as \(id)" }
                if id.bytes.withUnsafeBytes({ InvocationID(bytes: $0) }) != id { return "\(text) has other bytes" }
            }
            if let id = try? DeploymentID(parsing: text), id.description != text { return "\(text) is read as \(id)" }
            if let id = try? AwakeableID(parsing: text) {
                if (try? AwakeableID(parsing: id.description)) != id { return "\(text) is written as \(id)" }
                if id.index < AwakeableID.indexMin { return "\(text) is the awakeable \(id.index)" }
            }
            return nil
        }
    )

    /// Lengths of time and points in it.
    static let durations = FuzzTarget(
        name: "durations",
        examples: texts([
            "1s", "PT1H30M", "1h 30m 5s", "2 days", "P1Y2M3W4DT5H6M7.5S", "500ms", "0", "1.5 hours", "100us", "forever",
            "2026-09-21T10:35:41.123Z", "1970-01-01T00:00:00Z", "2024-02-29T23:59:60.999999999+01:00",
        ]),
        words: texts([
            "PT", "P1Y", "999999999999999999d", "9223372036854775807", "ms", "weeks", "months", " ", ".", "-", "+", "T",
            "Z",
            "2026-02-30",
        ]),
        read: { bytes, _ in
            let text = String(decoding: bytes, as: UTF8.self)
            if let interval = try? DurationText.parse(text) {
                if interval.milliseconds < 0 { return "\(text) is a length of \(interval.milliseconds) ms" }
                let written = DurationText.normalised(interval)
                if (try? DurationText.parse(written)) != interval { return "\(text) is written as \(written)" }
            }
            if let time = ControlTime(parsing: text), ControlTime(parsing: time.description) != time {
                return "\(text) is written as \(time)"
            }
            return nil
        }
    )

    /// A configuration file: sizes, lengths of time, addresses and the rest of what can be set.
    static let configuration = FuzzTarget(
        name: "configuration",
        examples: [Array((configuration("").map { ConfigurationText.effective($0) } ?? "").utf8)]
            + texts([
                "[server]\ndata-directory = /var/lib/perdure\n", "# nothing\n\n; more\r\n[", "journal-bytes-max=1GiB",
                "ingress-address = [::1]:8080\nadmin-address =\n", "= 1\nkey\n[nope]\n a = b = c \n",
                "inactivity-timeout = 1m 30s\nretry-factor = 1e3\nlazy-state = yes\nlog-level = debug",
            ])
            + ConfigurationTable.keys.map { Array("\($0.name) = 1".utf8) },
        words: texts(ConfigurationTable.keys.map(\.name))
            + texts([
                "=", "\n", "[", "]", "KiB", "GiB", "9223372036854775807", "-1", "1e999", "nan", "infinity", "PT1S",
                "no",
            ]),
        slowness: 4,
        read: { bytes, _ in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let loaded = configuration(text) else { return nil }
            let written = ConfigurationText.effective(loaded)
            guard let again = configuration(written) else {
                return "what is in effect cannot be read again:\n\(written)"
            }
            return again.configuration == loaded.configuration
                ? nil : "what is in effect is read otherwise:\n\(written)"
        }
    )

    private static func configuration(_ text: String) -> LoadedConfiguration? {
        guard let arguments = try? StartArguments([]) else { return nil }
        return try? ConfigurationLoader.resolve(
            files: [ConfigurationFile(path: "fuzz.conf", text: text)],
            arguments: arguments,
            environment: ["HOME": "/home/fuzz"],
            controlSocketDefault: { $0 + "/control.sock" }
        )
    }
}
