import Configuration
import FoundationEssentials
import Testing

struct ConfigurationReaderTests {
    private func withDirectory(_ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "configuration-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory)
    }

    private func load(_ path: String) throws(ConfigurationFailure) -> LoadedConfiguration {
        try ConfigurationLoader.load(
            arguments: StartArguments(["--config", path]),
            environment: ["HOME": "/h"],
            controlSocketDefault: { $0 + "/s" }
        )
    }

    @Test func dropInsAreReadAfterTheFileInTheOrderOfTheirNames() throws {
        try withDirectory { directory in
            let path = directory.appending(path: "my.conf").path
            try FileManager.default.createDirectory(atPath: path + ".d", withIntermediateDirectories: false)
            for (name, text) in [
                ("", "query-workers = 3\nquery-rows-max = 3\nlog-level = debug\n"),
                (".d/20-b.conf", "query-workers = 20\n"),
                (".d/10-a.conf", "query-workers = 10\r\nquery-rows-max = 10\r\n"),
                (".d/30-c.conf.bak", "nonsense"), (".d/.hidden.conf", "nonsense"),
            ] { try Data(text.utf8).write(to: URL(filePath: path + name)) }
            let loaded = try load(path)
            #expect(loaded.configuration.queryWorkers == 20)
            #expect(loaded.configuration.queryRowsMax == 10)
            #expect(loaded.configuration.logLevel == .debug)
            #expect(loaded.origins["query-rows-max"] == .file(path: path + ".d/10-a.conf", line: 2))
        }
    }

    @Test func aFileThatWasNamedMustBeReadable() throws {
        try withDirectory { directory in
            let path = directory.appending(path: "my.conf").path
            let absent = #expect(throws: ConfigurationFailure.self) { try load(path) }
            #expect(absent?.description == "cannot read the configuration file \(path): No such file or directory")
            try Data([0x61, 0xff, 0xfe]).write(to: URL(filePath: path))
            let garbage = #expect(throws: ConfigurationFailure.self) { try load(path) }
            #expect(garbage?.description == "cannot read the configuration file \(path): it is not UTF-8 text")
            #expect(throws: ConfigurationFailure.self) { try load(directory.path) }
        }
    }
}
