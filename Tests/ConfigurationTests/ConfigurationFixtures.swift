import Configuration

/// Resolves a configuration from texts alone, with a home directory unless the environment is given.
func resolve(
    files: [ConfigurationFile] = [],
    file: String? = nil,
    environment: [String: String] = ["HOME": "/home/op"],
    arguments: [String] = []
) throws(ConfigurationFailure) -> LoadedConfiguration {
    try ConfigurationLoader.resolve(
        files: files + (file.map { [ConfigurationFile(path: "test.conf", text: $0)] } ?? []),
        arguments: StartArguments(arguments),
        environment: environment,
        controlSocketDefault: { $0 + "/control.sock" }
    )
}

/// The texts of the problems that a configuration has.
func problems(
    file: String? = nil,
    environment: [String: String] = ["HOME": "/home/op"],
    arguments: [String] = []
) -> [String] {
    do {
        _ = try resolve(file: file, environment: environment, arguments: arguments)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}
