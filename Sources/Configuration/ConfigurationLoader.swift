/// Puts a configuration together: built-in defaults, files, environment, flags, the later over the earlier.
package enum ConfigurationLoader {
    /// Where the configuration is looked for when `--config` does not say.
    package static let defaultPath = "/etc/perdure/perdured.conf"

    /// The name of the credential that holds the key for requests (`LoadCredential=` of systemd).
    package static let identityCredential = "request-identity.pem"

    /// Reads the files and resolves everything.
    ///
    /// A named file must be there, the default one need not. `controlSocketDefault` tells where the control socket
    /// belongs for a data directory; clients look there by the same rule.
    package static func load(
        arguments: StartArguments,
        environment: [String: String],
        controlSocketDefault: (_ dataDirectory: String) -> String
    ) throws(ConfigurationFailure) -> LoadedConfiguration {
        let files = try ConfigurationReader.files(
            at: arguments.configurationPath ?? defaultPath,
            required: arguments.configurationPath != nil
        )
        return try resolve(
            files: files,
            arguments: arguments,
            environment: environment,
            hasCredential: { ConfigurationReader.exists($0) },
            controlSocketDefault: controlSocketDefault
        )
    }

    /// The pure part of `load`: from the texts of the files on. `hasCredential` says whether a path is that of a file.
    package static func resolve(
        files: [ConfigurationFile],
        arguments: StartArguments,
        environment: [String: String],
        hasCredential: (String) -> Bool = { _ in false },
        controlSocketDefault: (_ dataDirectory: String) -> String
    ) throws(ConfigurationFailure) -> LoadedConfiguration {
        var resolution = Resolution()
        for file in files {
            for assignment in file.assignments(problems: &resolution.problems) { resolution.take(assignment) }
        }
        resolution.take(environment: environment)
        for (key, value) in arguments.values {
            resolution.take(.init(key: key, value: value, origin: .flag(key.flag)))
        }
        resolution.fillPaths(environment: environment, controlSocketDefault: controlSocketDefault)
        resolution.fillIdentity(environment: environment, hasCredential: hasCredential)
        if resolution.problems.isEmpty { resolution.problems = resolution.configuration.contradictions }
        guard resolution.problems.isEmpty else { throw ConfigurationFailure(problems: resolution.problems) }
        return LoadedConfiguration(
            configuration: resolution.configuration,
            origins: resolution.origins,
            warnings: resolution.warnings
        )
    }
}

/// A configuration that is ready for use, with where it comes from.
package struct LoadedConfiguration: Sendable {
    package var configuration: DaemonConfiguration
    /// By the name of the key; a key that is missing has its default.
    package var origins: [String: ConfigurationOrigin]
    package var warnings: [ConfigurationWarning]
}

private struct Resolution {
    var configuration = DaemonConfiguration()
    var origins: [String: ConfigurationOrigin] = [:]
    var warnings: [ConfigurationWarning] = []
    var problems: [ConfigurationProblem] = []

    private static let defaults = DaemonConfiguration()
    /// Variables with our prefix that are read by the clients, not by the daemon.
    private static let clientVariables: Set = ["PERDURE_SOCKET"]

    /// An empty value takes back what an earlier file has set, as in systemd's own files.
    mutating func take(_ assignment: ConfigurationFile.Assignment) {
        let key = assignment.key
        guard !assignment.value.isEmpty else {
            key.kind.copy(Self.defaults, &configuration)
            origins[key.name] = nil
            return
        }
        do {
            try key.kind.read(assignment.value, &configuration)
            origins[key.name] = assignment.origin
        } catch {
            problems.append(
                .badValue(assignment.origin, key: key.name, value: assignment.value, reason: error.reason)
            )
        }
    }

    /// An empty variable counts as one that is not set.
    mutating func take(environment: [String: String]) {
        var unknown = Set(environment.keys.filter { $0.hasPrefix(ConfigurationKey.variablePrefix) })
        unknown.subtract(Self.clientVariables)
        for key in ConfigurationTable.keys {
            unknown.remove(key.variable)
            guard let value = environment[key.variable], !value.isEmpty else { continue }
            take(.init(key: key, value: value, origin: .environment(variable: key.variable)))
        }
        for name in unknown.sorted() {
            let nearest = nearestKey(to: name.dropFirst(ConfigurationKey.variablePrefix.count))
                .flatMap { ConfigurationTable.key(named: $0)?.variable }
            warnings.append(.unknownVariable(name, nearest: nearest))
        }
    }

    /// A credential that the service manager passes is used unless another file is named.
    mutating func fillIdentity(environment: [String: String], hasCredential: (String) -> Bool) {
        guard configuration.requestIdentityKeyFile == nil, let directory = environment["CREDENTIALS_DIRECTORY"] else {
            return
        }
        let path = directory + "/" + ConfigurationLoader.identityCredential
        guard hasCredential(path) else { return }
        configuration.requestIdentityKeyFile = path
        origins["request-identity-private-key-pem-file"] = .environment(variable: "CREDENTIALS_DIRECTORY")
    }

    mutating func fillPaths(environment: [String: String], controlSocketDefault: (String) -> String) {
        if configuration.dataDirectory.isEmpty {
            if let list = environment["STATE_DIRECTORY"], let first = list.split(separator: ":").first {
                configuration.dataDirectory = String(first)
            } else if let home = environment["HOME"], !home.isEmpty {
                configuration.dataDirectory = home + "/.local/state/perdure"
            } else {
                problems.append(.noDataDirectory)
            }
        }
        if configuration.controlSocket.isEmpty {
            configuration.controlSocket = controlSocketDefault(configuration.dataDirectory)
        }
    }
}
