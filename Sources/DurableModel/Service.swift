/// What a service is to its keys: plain handlers, an object per key, or a workflow run once per key.
package enum ServiceType: String, Sendable, Hashable {
    case service
    case virtualObject
    case workflow

    /// Whether a target of it needs a key.
    package var isKeyed: Bool { self != .service }
}

/// How a handler meets others of its key.
package enum HandlerType: String, Sendable, Hashable {
    /// A handler of a plain service: no key, no limit.
    case plain
    /// One at a time per key of an object, in order of arrival.
    case exclusive
    /// Beside all others of its key; reads state, does not write it.
    case shared
    /// The `run` of a workflow: once per key.
    case workflowRun
}

/// What happens when the attempts of a retry policy are used up.
package enum OnMaxAttempts: String, Sendable, Hashable {
    case pause
    case kill
}

/// The parts of a retry policy that a service, a handler or the configuration sets; absent ones fall through.
package struct RetryPolicyOptions: Sendable, Hashable {
    package var initialInterval: Interval?
    package var factor: Double?
    package var intervalMax: Interval?
    /// The first attempt included; 0 in a manifest is read as 1.
    package var attemptsMax: Int?
    package var onMaxAttempts: OnMaxAttempts?

    package init(
        initialInterval: Interval? = nil,
        factor: Double? = nil,
        intervalMax: Interval? = nil,
        attemptsMax: Int? = nil,
        onMaxAttempts: OnMaxAttempts? = nil
    ) {
        self.initialInterval = initialInterval
        self.factor = factor
        self.intervalMax = intervalMax
        self.attemptsMax = attemptsMax
        self.onMaxAttempts = onMaxAttempts
    }

    package var isEmpty: Bool { self == RetryPolicyOptions() }
}

/// A whole retry policy: exponential backoff between attempts, up to a number of them.
package struct RetryPolicy: Sendable, Hashable {
    package var initialInterval: Interval
    package var factor: Double
    package var intervalMax: Interval
    /// The first attempt included; `nil` is without end.
    package var attemptsMax: Int?
    package var onMaxAttempts: OnMaxAttempts

    package init(
        initialInterval: Interval = Interval(milliseconds: 500),
        factor: Double = 2,
        intervalMax: Interval = .seconds(60),
        attemptsMax: Int? = 70,
        onMaxAttempts: OnMaxAttempts = .pause
    ) {
        self.initialInterval = initialInterval
        self.factor = factor
        self.intervalMax = intervalMax
        self.attemptsMax = attemptsMax
        self.onMaxAttempts = onMaxAttempts
    }

    /// This policy with what `options` sets put over it.
    package func overlaid(with options: RetryPolicyOptions) -> RetryPolicy {
        RetryPolicy(
            initialInterval: options.initialInterval ?? initialInterval,
            factor: options.factor ?? factor,
            intervalMax: options.intervalMax ?? intervalMax,
            attemptsMax: options.attemptsMax.map { max(1, $0) } ?? attemptsMax,
            onMaxAttempts: options.onMaxAttempts ?? onMaxAttempts
        )
    }

    /// The delay before the attempt that follows the failed attempt number `attempt` (1 is the first), without jitter.
    package func interval(afterAttempt attempt: Int) -> Interval {
        var milliseconds = Double(initialInterval.milliseconds)
        let limit = Double(intervalMax.milliseconds)
        var step = 1
        while step < attempt, milliseconds < limit, factor > 1 {
            milliseconds *= factor
            step += 1
        }
        return Interval(milliseconds: Int64(min(milliseconds, limit, 9.0e15)))
    }
}

/// What a service or one of its handlers may set; absent ones fall through: handler, then service, then configuration.
package struct HandlerOptions: Sendable, Hashable {
    package var inactivityTimeout: Interval?
    package var abortTimeout: Interval?
    package var journalRetention: Interval?
    package var idempotencyRetention: Interval?
    package var workflowCompletionRetention: Interval?
    package var enableLazyState: Bool?
    package var ingressPrivate: Bool?
    package var retryPolicy = RetryPolicyOptions()

    package init() {}
}

/// A media type that a body must have, e.g. `application/json`, `text/*` or `*/*`; compared as written, case-sensitively.
package struct ContentTypePattern: Sendable, Hashable {
    package let text: String

    package init(text: String) { self.text = text }

    /// Whether the value of a content-type header fits; parameters after `;` are ignored. Allocates nothing.
    package func matches(_ contentType: ArraySlice<UInt8>) -> Bool {
        if text == "*/*" { return true }
        let media = Self.trimmed(contentType.prefix { $0 != UInt8(ascii: ";") })
        let pattern = text.utf8
        guard text.hasSuffix("/*") else { return media.elementsEqual(pattern) }
        return media.starts(with: pattern.dropLast())
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while rest.first == 0x20 || rest.first == 0x09 { rest.removeFirst() }
        while rest.last == 0x20 || rest.last == 0x09 { rest.removeLast() }
        return rest
    }
}

/// What the ingress asks of a request's body (discovery.md, "Input rules"): it passes if any rule passes.
package struct InputRules: Sendable, Hashable {
    /// R0: an empty body without content-type passes.
    package var allowsNothing: Bool
    /// R1 or R2: a body whose content-type fits passes.
    package var contentType: ContentTypePattern?
    /// R2: and must not be empty.
    package var mustNotBeEmpty: Bool
    /// The JSON schema as the SDK sent it; shown and compared, never enforced.
    package var jsonSchema: String?

    package init(
        allowsNothing: Bool = true,
        contentType: ContentTypePattern? = ContentTypePattern(text: "*/*"),
        mustNotBeEmpty: Bool = false,
        jsonSchema: String? = nil
    ) {
        self.allowsNothing = allowsNothing
        self.contentType = contentType
        self.mustNotBeEmpty = mustNotBeEmpty
        self.jsonSchema = jsonSchema
    }
}

/// What the ingress says of a result's body.
package struct OutputRules: Sendable, Hashable {
    /// The content-type of the answer; `nil` sends none.
    package var contentType: String?
    /// Whether an empty body is given the content-type too.
    package var setContentTypeIfEmpty: Bool
    package var jsonSchema: String?

    package init(
        contentType: String? = "application/json",
        setContentTypeIfEmpty: Bool = false,
        jsonSchema: String? = nil
    ) {
        self.contentType = contentType
        self.setContentTypeIfEmpty = setContentTypeIfEmpty
        self.jsonSchema = jsonSchema
    }
}

/// A handler as its deployment announced it.
package struct Handler: Sendable, Hashable {
    package var name: String
    package var type: HandlerType
    package var input: InputRules
    package var output: OutputRules
    package var options: HandlerOptions
    package var documentation: String?
    package var metadata: [String: String]

    package init(
        name: String,
        type: HandlerType,
        input: InputRules = InputRules(),
        output: OutputRules = OutputRules(),
        options: HandlerOptions = HandlerOptions(),
        documentation: String? = nil,
        metadata: [String: String] = [:]
    ) {
        self.name = name
        self.type = type
        self.input = input
        self.output = output
        self.options = options
        self.documentation = documentation
        self.metadata = metadata
    }
}

/// A service as its deployment announced it, without a revision yet.
package struct Service: Sendable, Hashable {
    package var name: String
    package var type: ServiceType
    /// Sorted by name, each name once.
    package var handlers: [Handler]
    package var options: HandlerOptions
    package var documentation: String?
    package var metadata: [String: String]

    package init(
        name: String,
        type: ServiceType,
        handlers: [Handler],
        options: HandlerOptions = HandlerOptions(),
        documentation: String? = nil,
        metadata: [String: String] = [:]
    ) {
        self.name = name
        self.type = type
        self.handlers = handlers
        self.options = options
        self.documentation = documentation
        self.metadata = metadata
    }

    /// The handler of that name.
    package func handler(named name: String) -> Handler? {
        handlers.first { $0.name == name }
    }
}
