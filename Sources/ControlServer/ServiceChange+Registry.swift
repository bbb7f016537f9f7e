import ControlProtocol
import DurableModel
import Registry

extension ServiceChange {
    /// The difference as the control socket tells it; nil if there is none.
    init?(_ difference: ServiceDifference) {
        guard !difference.isEmpty else { return nil }
        let kind: Kind = difference.before == nil ? .added : difference.after == nil ? .removed : .changed
        self.init(service: difference.service, kind: kind)
        isBreaking = !difference.breaking.isEmpty
        guard kind == .changed, let before = difference.before, let after = difference.after else {
            if kind == .added { handlersAdded = difference.handlersAdded }
            if kind == .removed { handlersRemoved = difference.handlersRemoved }
            return
        }
        changes = difference.aspects.map { aspect in
            aspect == .type
                ? AspectChange(
                    aspect: aspect.rawValue,
                    before: ServiceFlavor(before.type).rawValue,
                    after: ServiceFlavor(after.type).rawValue
                ) : AspectChange(aspect, before.options, after.options)
        }
        handlersAdded = difference.handlersAdded
        handlersRemoved = difference.handlersRemoved
        handlersChanged = difference.handlersChanged.compactMap { change in
            guard let old = before.handler(named: change.handler), let new = after.handler(named: change.handler)
            else { return nil }
            return HandlerChange(
                handler: change.handler,
                changes: change.aspects.map { aspect in
                    aspect == .type
                        ? AspectChange(aspect: aspect.rawValue, before: old.type.rawValue, after: new.type.rawValue)
                        : AspectChange(aspect, old.options, new.options)
                }
            )
        }
    }
}

extension AspectChange {
    /// A change of settings, with what can be said of it in a few words.
    fileprivate init(_ aspect: ServiceDifference.Aspect, _ before: HandlerOptions, _ after: HandlerOptions) {
        self.init(aspect: aspect.rawValue)
        switch aspect {
        case .visibility:
            self.before = Self.visibility(before)
            self.after = Self.visibility(after)
        case .timeouts:
            self.before = Self.durations([before.inactivityTimeout, before.abortTimeout])
            self.after = Self.durations([after.inactivityTimeout, after.abortTimeout])
        case .retention:
            self.before = Self.durations(Self.retentions(before))
            self.after = Self.durations(Self.retentions(after))
        case .type, .retryPolicy, .lazyState, .input, .output, .documentation, .metadata: break
        }
    }

    private static func visibility(_ options: HandlerOptions) -> String {
        options.ingressPrivate ?? false ? "private" : "public"
    }

    private static func retentions(_ options: HandlerOptions) -> [Interval?] {
        [options.journalRetention, options.idempotencyRetention, options.workflowCompletionRetention]
    }

    private static func durations(_ intervals: [Interval?]) -> String? {
        guard intervals.contains(where: { $0 != nil }) else { return nil }
        return intervals.map { $0.map(DurationText.normalised) ?? "-" }.joined(separator: ", ")
    }
}
