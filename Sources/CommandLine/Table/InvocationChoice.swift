import ControlProtocol

/// The options that say which invocations are meant.
enum InvocationChoice {
    /// Those of commands that act on many.
    static let options = [
        Command.Option(.service, value: "NAME", "those of this service", isRepeated: true, completes: .services),
        Command.Option(.handler, value: "NAME", "those of this handler", isRepeated: true, completes: .handlers),
        Command.Option(.key, value: "KEY", "those of this key", isRepeated: true),
        Command.Option(
            .deployment,
            value: "ID",
            "those pinned to this deployment",
            isRepeated: true,
            completes: .deployments
        ),
        Command.Option(
            .status,
            value: "STATUS,...",
            "those in one of these statuses, instead of all that it is made for",
            isRepeated: true,
            completes: .statuses
        ),
        Command.Option(.zombie, "those whose deployment is gone"),
    ]

    /// What the options say; nil if none was given.
    static func selection(_ call: CommandCall) throws(ClientError) -> InvocationSelection? {
        let parsed = call.parsed
        guard options.contains(where: { parsed.has($0.name) }) else { return nil }
        var selection = InvocationSelection()
        selection.services = parsed.values(.service)
        selection.handlers = parsed.values(.handler)
        selection.keys = parsed.values(.key)
        selection.deploymentIds = parsed.values(.deployment)
        selection.statuses = try statuses(parsed)
        selection.isZombie = parsed.has(.zombie)
        return selection
    }

    /// The statuses that were given, with commas or one by one.
    static func statuses(_ parsed: ParsedCommand) throws(ClientError) -> [InvocationStatus] {
        var result: [InvocationStatus] = []
        for text in parsed.values(.status) {
            for word in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let status = InvocationStatus(rawValue: String(word)) else {
                    let known = InvocationStatus.allCases.map(\.rawValue).joined(separator: ", ")
                    throw .usage("there is no status \"\(word)\"", hint: "there are: \(known)")
                }
                result.append(status)
            }
        }
        return result
    }
}
