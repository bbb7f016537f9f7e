import Glibc
import Logging
import Testing

@Suite struct CatalogTests {
    private static let journalctl = "/usr/bin/journalctl"
    private static let path = packageFile("systemd/perdured.catalog")

    /// The entries by id: headers and body.
    private func entries() throws -> [(id: String, headers: [String], body: [String])] {
        var entries: [(id: String, headers: [String], body: [String])] = []
        var isBody = false
        for line in try readText(Self.path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("-- ") {
                entries.append((String(line.dropFirst(3)), [], []))
                isBody = false
            } else if entries.isEmpty {
                #expect(line.isEmpty || line.hasPrefix("#"))
            } else if line.isEmpty, !isBody {
                isBody = true
            } else if isBody {
                entries[entries.count - 1].body.append(line)
            } else {
                entries[entries.count - 1].headers.append(line)
            }
        }
        return entries
    }

    @Test func everyMessageIDHasOneEntryAndNoOtherHas() throws {
        let ids = try entries().map(\.id)
        #expect(ids.sorted() == MessageID.allCases.map(\.rawValue).sorted())
    }

    @Test func entriesSayWhatHappenedAndWhatToDo() throws {
        for (id, headers, body) in try entries() {
            #expect(headers.count == 2, "\(id)")
            #expect(headers.first?.hasPrefix("Subject: ") == true && headers.last == "Defined-By: perdured", "\(id)")
            #expect(body.contains { !$0.isEmpty }, "\(id)")
            #expect(body.allSatisfy { $0.utf8.count <= 82 }, "\(id)")
        }
    }

    @Test func placeholdersAreFieldsOfRecords() throws {
        let source = try readText(packageFile("Sources/Logging/LogField.swift"))
        for (id, headers, body) in try entries() {
            for line in headers + body {
                let parts = line.split(separator: "@", omittingEmptySubsequences: false)
                #expect(parts.count % 2 == 1, "\(id): \(line)")
                for index in stride(from: 1, to: parts.count, by: 2) {
                    #expect(source.contains("\"\(parts[index])\""), "\(id): \(parts[index])")
                }
            }
        }
    }

    /// Skipped where there is no journalctl.
    @Test(.enabled(if: access(journalctl, X_OK) == 0))
    func journalctlTakesTheCatalog() throws {
        let directory = try TemporaryDirectory()
        for part in ["/usr", "/usr/lib", "/usr/lib/systemd", "/usr/lib/systemd/catalog", "/var", "/var/lib"] {
            try #require(mkdir(directory.path + part, 0o755) == 0)
        }
        for part in ["/var/lib/systemd", "/var/lib/systemd/catalog"] {
            try #require(mkdir(directory.path + part, 0o755) == 0)
        }
        try writeText(readText(Self.path), to: directory.path + "/usr/lib/systemd/catalog/perdured.catalog")
        let root = "--root=\(directory.path)"
        let update = try runProgram(Self.journalctl, [root, "--update-catalog"], in: directory)
        #expect(update.status == 0 && update.output == "")
        let list = try runProgram(Self.journalctl, [root, "--list-catalog"], in: directory)
        let listed = list.output.split(separator: "\n").map { String($0.prefix(32)) }
        #expect(list.status == 0 && listed.sorted() == MessageID.allCases.map(\.rawValue).sorted())
    }
}
