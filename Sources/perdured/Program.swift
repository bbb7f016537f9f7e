import Configuration
import ControlProtocol
import DurableModel
import Glibc
import Logging
import Systemd

/// The daemon's life, from its arguments to its exit status.
enum Program {
    static func run(arguments: [String]) -> Int32 {
        let environment = Self.environment()
        let start: StartArguments
        let loaded: LoadedConfiguration
        do throws(ConfigurationFailure) {
            start = try StartArguments(arguments)
            switch start.mode {
            case .help:
                write(ConfigurationText.help, to: STDOUT_FILENO)
                return ExitStatus.stopped
            case .version:
                write("perdured \(ProgramVersion.current)\n", to: STDOUT_FILENO)
                return ExitStatus.stopped
            case .run, .checkConfiguration:
                loaded = try Self.load(start, environment)
            }
        } catch {
            write("perdured: \(error)\n", to: STDERR_FILENO)
            return ExitStatus.badConfiguration
        }
        if start.mode == .checkConfiguration {
            for warning in loaded.warnings { write("warning: \(warning)\n", to: STDERR_FILENO) }
            write(ConfigurationText.effective(loaded), to: STDOUT_FILENO)
            return ExitStatus.stopped
        }
        return serve(loaded) { () throws(ConfigurationFailure) in try Self.load(start, environment) }
    }

    private static func serve(
        _ loaded: LoadedConfiguration,
        read: @escaping () throws(ConfigurationFailure) -> LoadedConfiguration
    ) -> Int32 {
        let logger = Logger.threaded(JournalSink.standard(), level: loaded.configuration.logLevel.logged)
        defer { logger.shutDown() }
        for warning in loaded.warnings {
            logger.log(.warning, "configuration warning", id: .environmentUnknown, [.error(warning.description)])
        }
        do {
            let daemon = try Daemon(loaded.configuration, readConfiguration: read, logger: logger)
            return try daemon.serve()
        } catch {
            logger.log(
                .error,
                "cannot go on",
                id: error.messageID,
                [
                    .error(error.description), .path(loaded.configuration.dataDirectory),
                    .version(ProgramVersion.current),
                ]
            )
            return error.exitStatus
        }
    }

    private static func load(
        _ start: StartArguments,
        _ environment: [String: String]
    ) throws(ConfigurationFailure) -> LoadedConfiguration {
        try ConfigurationLoader.load(arguments: start, environment: environment) { dataDirectory in
            ControlSocketPath(environment: environment, userID: getuid(), exists: { access($0, F_OK) == 0 })
                .forDaemon(dataDirectory: dataDirectory)
        }
    }

    private static func environment() -> [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return result
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}

extension Configuration.LogLevel {
    /// The level as the log knows it.
    var logged: Logging.LogLevel { Logging.LogLevel(rawValue: rawValue) ?? .info }
}
