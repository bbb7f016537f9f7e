import DurableModel
import FoundationEssentials

/// The manifest as it stands in JSON (discovery.md, section 2). Absent and `null` are the same.
struct ManifestDocument: Decodable {
    let protocolMode: Mode?
    let minProtocolVersion: Int
    let maxProtocolVersion: Int
    let services: [ServiceDocument]

    enum Mode: String, Decodable {
        case bidiStream = "BIDI_STREAM"
        case requestResponse = "REQUEST_RESPONSE"
    }

    enum CodingKeys: CodingKey {
        case protocolMode, minProtocolVersion, maxProtocolVersion, services
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        protocolMode = try container.decodeIfPresent(Mode.self, forKey: .protocolMode)
        minProtocolVersion = try Self.version(container, .minProtocolVersion)
        maxProtocolVersion = try Self.version(container, .maxProtocolVersion)
        services = try container.decode([ServiceDocument].self, forKey: .services)
    }

    private static func version(_ container: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys) throws -> Int {
        let problem = "is not a whole number above 0"
        guard container.contains(key) else {
            throw DecodingError.keyNotFound(
                key,
                .init(codingPath: container.codingPath, debugDescription: "is missing")
            )
        }
        guard let number = try container.wholeNumber(key, problem: problem), (1...UInt64(Int32.max)).contains(number)
        else { throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: problem) }
        return Int(number)
    }

    static func decode(_ bytes: [UInt8]) throws(ManifestError) -> ManifestDocument {
        do {
            return try JSONDecoder().decode(ManifestDocument.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw ManifestError(error)
        } catch {
            throw .notJSON
        }
    }
}

struct ServiceDocument: Decodable {
    let name: String
    let ty: Kind
    let handlers: [HandlerDocument]
    let documentation: String?
    let metadata: [String: String]?
    let options: OptionsDocument

    enum Kind: String, Decodable {
        case service = "SERVICE"
        case virtualObject = "VIRTUAL_OBJECT"
        case workflow = "WORKFLOW"
    }

    enum CodingKeys: CodingKey {
        case name, ty, handlers, documentation, metadata
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        guard ManifestNames.isServiceName(name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .name,
                in: container,
                debugDescription: ManifestNames.problem
            )
        }
        ty = try container.decode(Kind.self, forKey: .ty)
        handlers = try container.decode([HandlerDocument].self, forKey: .handlers)
        documentation = try container.decodeIfPresent(String.self, forKey: .documentation)
        metadata = try container.decodeIfPresent([String: String].self, forKey: .metadata)
        options = try OptionsDocument(from: decoder)
    }
}

struct HandlerDocument: Decodable {
    let name: String
    let ty: Kind?
    let input: InputDocument?
    let output: OutputDocument?
    let documentation: String?
    let metadata: [String: String]?
    let options: OptionsDocument

    enum Kind: String, Decodable {
        case workflow = "WORKFLOW"
        case exclusive = "EXCLUSIVE"
        case shared = "SHARED"
    }

    enum CodingKeys: CodingKey {
        case name, ty, input, output, documentation, metadata
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        guard ManifestNames.isHandlerName(name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .name,
                in: container,
                debugDescription: ManifestNames.problem
            )
        }
        ty = try container.decodeIfPresent(Kind.self, forKey: .ty)
        input = try container.decodeIfPresent(InputDocument.self, forKey: .input)
        output = try container.decodeIfPresent(OutputDocument.self, forKey: .output)
        documentation = try container.decodeIfPresent(String.self, forKey: .documentation)
        metadata = try container.decodeIfPresent([String: String].self, forKey: .metadata)
        options = try OptionsDocument(from: decoder)
    }
}

struct InputDocument: Decodable {
    let required: Bool?
    let contentType: String?
    let jsonSchema: JSONSchema?
}

struct OutputDocument: Decodable {
    let contentType: String?
    let setContentTypeIfEmpty: Bool?
    let jsonSchema: JSONSchema?
}

/// The fields that services and handlers share. Times are whole milliseconds; what is beyond a lifetime is clamped.
struct OptionsDocument: Decodable {
    let inactivityTimeout: UInt64?
    let abortTimeout: UInt64?
    let journalRetention: UInt64?
    let idempotencyRetention: UInt64?
    /// Of handlers only.
    let workflowCompletionRetention: UInt64?
    let enableLazyState: Bool?
    let ingressPrivate: Bool?
    let retryPolicyInitialInterval: UInt64?
    let retryPolicyMaxInterval: UInt64?
    let retryPolicyMaxAttempts: UInt64?
    let retryPolicyExponentiationFactor: Double?
    let retryPolicyOnMaxAttempts: Action?

    enum CodingKeys: CodingKey {
        case inactivityTimeout, abortTimeout, journalRetention, idempotencyRetention, workflowCompletionRetention
        case enableLazyState, ingressPrivate, retryPolicyInitialInterval, retryPolicyMaxInterval
        case retryPolicyMaxAttempts, retryPolicyExponentiationFactor, retryPolicyOnMaxAttempts
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func duration(_ key: CodingKeys) throws -> UInt64? {
            try container.wholeNumber(key, problem: "is not a duration: whole milliseconds, 0 or more")
        }
        inactivityTimeout = try duration(.inactivityTimeout)
        abortTimeout = try duration(.abortTimeout)
        journalRetention = try duration(.journalRetention)
        idempotencyRetention = try duration(.idempotencyRetention)
        workflowCompletionRetention = try duration(.workflowCompletionRetention)
        enableLazyState = try container.decodeIfPresent(Bool.self, forKey: .enableLazyState)
        ingressPrivate = try container.decodeIfPresent(Bool.self, forKey: .ingressPrivate)
        retryPolicyInitialInterval = try duration(.retryPolicyInitialInterval)
        retryPolicyMaxInterval = try duration(.retryPolicyMaxInterval)
        retryPolicyMaxAttempts = try container.wholeNumber(
            .retryPolicyMaxAttempts,
            problem: "is not a number of attempts: a whole number, 0 or more"
        )
        retryPolicyExponentiationFactor = try container.decodeIfPresent(
            Double.self,
            forKey: .retryPolicyExponentiationFactor
        )
        retryPolicyOnMaxAttempts = try container.decodeIfPresent(Action.self, forKey: .retryPolicyOnMaxAttempts)
    }

    enum Action: String, Decodable {
        case pause = "PAUSE"
        case kill = "KILL"
    }

    var resolved: HandlerOptions {
        var options = HandlerOptions()
        options.inactivityTimeout = inactivityTimeout.map(Interval.init(clampingMilliseconds:))
        options.abortTimeout = abortTimeout.map(Interval.init(clampingMilliseconds:))
        options.journalRetention = journalRetention.map(Interval.init(clampingMilliseconds:))
        options.idempotencyRetention = idempotencyRetention.map(Interval.init(clampingMilliseconds:))
        options.workflowCompletionRetention = workflowCompletionRetention.map(Interval.init(clampingMilliseconds:))
        options.enableLazyState = enableLazyState
        options.ingressPrivate = ingressPrivate
        options.retryPolicy = RetryPolicyOptions(
            initialInterval: retryPolicyInitialInterval.map(Interval.init(clampingMilliseconds:)),
            factor: retryPolicyExponentiationFactor,
            intervalMax: retryPolicyMaxInterval.map(Interval.init(clampingMilliseconds:)),
            attemptsMax: retryPolicyMaxAttempts.map { max(1, Int(clamping: $0)) },
            onMaxAttempts: retryPolicyOnMaxAttempts.map { $0 == .pause ? .pause : .kill }
        )
        return options
    }
}

extension KeyedDecodingContainer {
    /// A number that has to be whole and not negative. Of another one the JSON reader says only that the whole document is
    /// corrupt, by an error of its own.
    fileprivate func wholeNumber(_ key: Key, problem: String) throws -> UInt64? {
        do {
            return try decodeIfPresent(UInt64.self, forKey: key)
        } catch DecodingError.typeMismatch(let type, let context) {
            throw DecodingError.typeMismatch(type, context)
        } catch {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: problem)
        }
    }
}

/// The patterns of names (discovery.md, section 2).
enum ManifestNames {
    static let problem = "is not a name: a letter, or '_' and a letter or digit, then letters, digits and '_'"
    /// Names are parts of request targets, whose whole length is limited; real ones stay below a quarter of this.
    static let bytesMax = 512

    static func isServiceName(_ name: String) -> Bool {
        hasNameStart(name) && name.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    static func isHandlerName(_ name: String) -> Bool {
        hasNameStart(name) && name.utf8.allSatisfy(isWord)
    }

    private static func hasNameStart(_ name: String) -> Bool {
        let start = Array(name.utf8.prefix(2))
        guard let first = start.first, name.utf8.count <= bytesMax else { return false }
        if isLetter(first) { return true }
        return first == UInt8(ascii: "_") && start.count == 2 && isWord(start[1]) && start[1] != UInt8(ascii: "_")
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        isLetter(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
    }
}

extension ManifestError {
    /// What the JSON reader found, in words that do not repeat the document.
    fileprivate init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self = .badField(path: Self.path(context.codingPath + [key]), problem: "is missing")
        case .valueNotFound(_, let context):
            self = .badField(path: Self.path(context.codingPath), problem: "is null")
        case .typeMismatch(_, let context):
            self = .badField(path: Self.path(context.codingPath), problem: "is of another type than expected")
        case .dataCorrupted(let context) where context.codingPath.isEmpty: self = .notJSON
        case .dataCorrupted(let context):
            let isOurs = context.debugDescription.hasPrefix("is not ")
            self = .badField(
                path: Self.path(context.codingPath),
                problem: isOurs ? context.debugDescription : "has a value that is not allowed"
            )
        @unknown default: self = .notJSON
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        let path = keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
        return path.isEmpty ? "the document" : path
    }
}
