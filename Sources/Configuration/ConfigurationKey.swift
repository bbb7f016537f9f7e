import DurableModel

/// One thing that can be configured, by one spelling everywhere.
package struct ConfigurationKey: Sendable {
    /// As in a file: `ingress-address`.
    package let name: String
    package let section: ConfigurationSection
    let kind: ConfigurationKind
    package let change: ChangeTakesEffect
    /// What stands in the reference when the default depends on the surroundings.
    let defaultNote: String?
    /// One or more full sentences for the reference and `--help`.
    package let summary: String

    /// The name of its environment variable: `PERDURE_INGRESS_ADDRESS`.
    package var variable: String { Self.variablePrefix + name.uppercased().replacing("-", with: "_") }
    /// Its flag: `--ingress-address`.
    package var flag: String { "--" + name }
    /// What its value looks like: `duration`, `size`, `switch` …
    package var form: String { kind.form }
    package var isSwitch: Bool { kind.isSwitch }
    package var defaultText: String { defaultNote ?? kind.write(DaemonConfiguration()) }

    static let variablePrefix = "PERDURE_"
}

/// Whether a reload takes a changed key up, or only a restart does.
package enum ChangeTakesEffect: String, Sendable {
    case onReload = "reload"
    case onRestart = "restart"
}

/// A section of the configuration file. Names of keys are unique over all of them.
package enum ConfigurationSection: String, CaseIterable, Sendable {
    case server = "Server"
    case ingress = "Ingress"
    case admin = "Admin"
    case control = "Control"
    case deployments = "Deployments"
    case invocations = "Invocations"
    case retry = "Retry"
    case retention = "Retention"
    case limits = "Limits"
    case query = "Query"
}

/// Why a value does not fit its key; the text says what would.
struct ConfigurationValueError: Error, Hashable {
    let reason: String
}

/// The type of a key's value: how it is read into the configuration and written back.
struct ConfigurationKind: Sendable {
    typealias Path<Value> = WritableKeyPath<DaemonConfiguration, Value> & Sendable

    let form: String
    let isSwitch: Bool
    let read: @Sendable (String, inout DaemonConfiguration) throws(ConfigurationValueError) -> Void
    let write: @Sendable (DaemonConfiguration) -> String
    /// Takes the value over from another configuration.
    let copy: @Sendable (DaemonConfiguration, inout DaemonConfiguration) -> Void

    private init<Value>(
        _ path: Path<Value>,
        form: String,
        isSwitch: Bool = false,
        read: @escaping @Sendable (String) throws(ConfigurationValueError) -> Value,
        write: @escaping @Sendable (Value) -> String
    ) {
        self.form = form
        self.isSwitch = isSwitch
        self.read = { (text: String, into: inout DaemonConfiguration) throws(ConfigurationValueError) in
            into[keyPath: path] = try read(text)
        }
        self.write = { write($0[keyPath: path]) }
        self.copy = { $1[keyPath: path] = $0[keyPath: path] }
    }

    /// A path in the file system of at most `bytesMax` bytes.
    static func path(_ path: Path<String>, bytesMax: Int) -> Self {
        Self(path, form: "path") { text throws(ConfigurationValueError) in
            guard !text.utf8.contains(0) else { throw .init(reason: "is no path") }
            guard text.utf8.count <= bytesMax else { throw .init(reason: "is longer than \(bytesMax) bytes") }
            return text
        } write: {
            $0
        }
    }

    /// A file that may be absent from the configuration.
    static func file(_ path: Path<String?>) -> Self {
        Self(path, form: "path") { text throws(ConfigurationValueError) in
            guard !text.utf8.contains(0), text.utf8.count <= pathBytesMax else { throw .init(reason: "is no path") }
            return text
        } write: {
            $0 ?? ""
        }
    }

    /// `PATH_MAX` of Linux, the final zero left out.
    static let pathBytesMax = 4095

    /// A name that may be absent.
    static func name(_ path: Path<String?>) -> Self {
        Self(path, form: "name") { text throws(ConfigurationValueError) in
            text
        } write: {
            $0 ?? ""
        }
    }

    static func address(_ path: Path<ListenAddress>) -> Self {
        Self(path, form: "address") { text throws(ConfigurationValueError) in
            try listenAddress(text, also: "")
        } write: {
            $0.description
        }
    }

    /// An address, or `off`.
    static func addressOrOff(_ path: Path<ListenAddress?>) -> Self {
        Self(path, form: "address or off") { text throws(ConfigurationValueError) in
            text == "off" ? nil : try listenAddress(text, also: ", or off")
        } write: {
            $0?.description ?? "off"
        }
    }

    private static func listenAddress(
        _ text: String,
        also: String
    ) throws(ConfigurationValueError) -> ListenAddress {
        guard let address = ListenAddress(text) else {
            throw .init(
                reason: "is no address; write HOST:PORT with a numeric host like 127.0.0.1:8080 or [::1]:8080\(also)"
            )
        }
        return address
    }

    static func duration(_ path: Path<Interval>, atLeast minimum: Interval = .zero) -> Self {
        Self(path, form: "duration") { text throws(ConfigurationValueError) in
            let interval: Interval
            do {
                interval = try DurationText.parse(text)
            } catch {
                throw .init(reason: "is no duration: \(error)")
            }
            guard interval >= minimum else {
                throw .init(reason: "is too short; the least is \(DurationText.normalised(minimum))")
            }
            return interval
        } write: {
            DurationText.normalised($0)
        }
    }

    static func size(_ path: Path<Int>, _ range: ClosedRange<Int>) -> Self {
        Self(path, form: "size") { text throws(ConfigurationValueError) in
            guard let bytes = SizeText.parse(text) else {
                throw .init(reason: "is no size; write bytes, or a number with KiB, MiB or GiB like 32MiB")
            }
            guard range.contains(bytes) else {
                let least = SizeText.write(range.lowerBound)
                throw .init(reason: "is out of range; it may be \(least) to \(SizeText.write(range.upperBound))")
            }
            return bytes
        } write: {
            SizeText.write($0)
        }
    }

    static func count(_ path: Path<Int>, _ range: ClosedRange<Int>) -> Self {
        Self(path, form: "number") { text throws(ConfigurationValueError) in
            try number(text, in: range, also: "")
        } write: {
            "\($0)"
        }
    }

    /// A number, or `unlimited`.
    static func countOrUnlimited(_ path: Path<Int?>, _ range: ClosedRange<Int>) -> Self {
        Self(path, form: "number or unlimited") { text throws(ConfigurationValueError) in
            text == "unlimited" ? nil : try number(text, in: range, also: ", or unlimited")
        } write: {
            $0.map { "\($0)" } ?? "unlimited"
        }
    }

    private static func number(
        _ text: String,
        in range: ClosedRange<Int>,
        also: String
    ) throws(ConfigurationValueError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw .init(reason: "must be a whole number from \(range.lowerBound) to \(range.upperBound)\(also)")
        }
        return number
    }

    static func factor(_ path: Path<Double>, _ range: ClosedRange<Double>) -> Self {
        Self(path, form: "factor") { text throws(ConfigurationValueError) in
            guard let number = Double(text), range.contains(number) else {
                throw .init(reason: "must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        } write: { number in
            Int(exactly: number).map { "\($0)" } ?? "\(number)"
        }
    }

    /// On or off. As a flag it takes no value and means on.
    static func toggle(_ path: Path<Bool>) -> Self {
        Self(path, form: "switch", isSwitch: true) { text throws(ConfigurationValueError) in
            switch text.lowercased() {
            case "on", "true", "yes", "1": return true
            case "off", "false", "no", "0": return false
            default: throw .init(reason: "must be on or off")
            }
        } write: {
            $0 ? "on" : "off"
        }
    }

    /// One of a few words.
    static func choice<Value: RawRepresentable<String> & SendableMetatype>(_ path: Path<Value>, _ values: [Value])
        -> Self
    {
        let words = values.map(\.rawValue)
        return Self(path, form: words.joined(separator: ", ")) { text throws(ConfigurationValueError) in
            guard words.contains(text), let value = Value(rawValue: text) else {
                throw .init(reason: "must be one of \(words.joined(separator: ", "))")
            }
            return value
        } write: {
            $0.rawValue
        }
    }
}
