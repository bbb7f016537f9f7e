import Configuration
import FoundationEssentials
import Testing

struct ConfigurationTextTests {
    /// Set to write the page instead of comparing it: `make docs`.
    private static let writesPage = ProcessInfo.processInfo.environment["WRITE_DOCS"] != nil

    @Test func theReferencePageIsWhatTheTableSays() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = root.appending(path: "docs/configuration.md")
        if Self.writesPage { try Data(ConfigurationText.reference.utf8).write(to: page) }
        let written = try String(decoding: Data(contentsOf: page), as: UTF8.self)
        #expect(written == ConfigurationText.reference, "docs/configuration.md is out of date; run `make docs`")
    }

    @Test func whatCheckConfigPrintsIsAFileThatSetsTheSame() throws {
        let loaded = try resolve(
            file: "[Retry]\nretry-factor = 1.25\n",
            arguments: ["--admin-address", "off", "--disable-eager-state"]
        )
        let text = ConfigurationText.effective(loaded)
        #expect(text.contains("[Retry]\n"))
        #expect(text.contains("# set by test.conf:2\nretry-factor = 1.25\n"))
        #expect(text.contains("# set by flag --admin-address\nadmin-address = off\n"))
        #expect(try resolve(file: text).configuration == loaded.configuration)
    }

    @Test func helpNamesEveryKey() {
        for key in ConfigurationTable.keys { #expect(ConfigurationText.help.contains("  \(key.flag)")) }
        #expect(ConfigurationText.help.split(separator: "\n").allSatisfy { $0.count <= 120 })
    }

    @Test func namesAreSpelledTheSameWayEverywhere() {
        #expect(Set(ConfigurationTable.keys.map(\.name)).count == ConfigurationTable.keys.count)
        for key in ConfigurationTable.keys {
            #expect(key.name.allSatisfy { $0.isLowercase || $0 == "-" }, "\(key.name)")
            #expect(key.summary.hasSuffix("."), "\(key.name)")
            #expect(key.variable == "PERDURE_" + key.name.uppercased().replacing("-", with: "_"))
        }
    }

    @Test func theModeComesFromTheFlags() throws {
        #expect(try StartArguments([]).mode == .run)
        #expect(try StartArguments(["--check-config"]).mode == .checkConfiguration)
        #expect(try StartArguments(["--version"]).mode == .version)
        #expect(try StartArguments(["--help", "nonsense"]).mode == .help)
        #expect(try StartArguments(["--config", "x", "--data-dir=/a=b"]).configurationPath == "x")
        #expect(try resolve(arguments: ["--data-dir=/a=b"]).configuration.dataDirectory == "/a=b")
    }
}
