import DurableModel
import Endpoints
import Registry

/// What the JSON schemas of a new version say to those that callers know. Advice only: no registration is refused for it.
enum SchemaWarnings {
    /// Nobody reads more, and an answer must not grow with a manifest.
    private static let warningsMax = 1_000

    /// The warnings of `services`, each against the version before that `before` finds for its name.
    static func warnings(
        of services: [Service],
        before: (String) -> Service?
    ) -> [RegistrationWarning] {
        var warnings: [RegistrationWarning] = []
        for service in services where warnings.count < warningsMax {
            guard let old = before(service.name) else { continue }
            for handler in service.handlers {
                guard let oldHandler = old.handler(named: handler.name) else { continue }
                warnings += findings(oldHandler.input.jsonSchema, handler.input.jsonSchema, isInput: true).map {
                    .schema(service: service.name, handler: handler.name, isInput: true, path: $0.path, $0.change)
                }
                warnings += findings(oldHandler.output.jsonSchema, handler.output.jsonSchema, isInput: false).map {
                    .schema(service: service.name, handler: handler.name, isInput: false, path: $0.path, $0.change)
                }
            }
        }
        return Array(warnings.prefix(warningsMax))
    }

    private static func findings(_ old: String?, _ new: String?, isInput: Bool) -> [SchemaComparison.Finding] {
        guard let old, let new else { return [] }
        return SchemaComparison.findings(from: old, to: new, isInput: isInput)
    }
}
