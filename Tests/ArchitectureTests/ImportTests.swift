import Testing

/// Knowledge goes down only: a room imports what its line of the table allows, whatever its dependencies pull in.
struct ImportTests {
    @Test func everyRoomImportsOnlyWhatItMayKnow() throws {
        let rooms = Dictionary(uniqueKeysWithValues: Room.all.map { ($0.name, $0) })
        for file in try SourceFile.sources.get() {
            let room = try #require(rooms[file.room], "\(file.path) is in no room of the table in Rooms.swift")
            for (index, module) in file.imports where !room.rooms.contains(module) && !room.system.contains(module) {
                let hint = Room.replacements[module].map { "; use \($0)" } ?? "; see docs/architecture.md, Rooms"
                Issue.record("\(file.place(index)): \(room.name) may not import \(module)\(hint)")
            }
        }
    }

    @Test func testsKeepAwayFromWhatTheSourcesKeepAwayFrom() throws {
        for file in try SourceFile.all(under: "Tests") {
            for (index, module) in file.imports {
                guard let replacement = Room.replacements[module] else { continue }
                Issue.record("\(file.place(index)): may not import \(module); use \(replacement)")
            }
        }
    }

    @Test func everyCLibraryHasTheRoomsThatOwnIt() {
        let owners = Dictionary(grouping: Room.all.flatMap { room in room.rooms.map { (room.name, $0) } }, by: \.1)
            .mapValues { Set($0.map(\.0)) }
        #expect(owners["CUV"] == ["EventLoop"])
        #expect(owners["CNghttp2"] == ["HTTP"])
        #expect(owners["COpenSSL"] == ["TLS"])
        #expect(owners["CSQLite"] == ["Store", "Introspection"])
        #expect(owners["CSystemd"] == ["Systemd"])
    }

    @Test func knowledgeGoesInOneDirection() {
        let rooms = Dictionary(uniqueKeysWithValues: Room.all.map { ($0.name, $0.rooms) })
        for room in Room.all {
            var known = room.rooms
            var open = Array(room.rooms)
            while let next = open.popLast() {
                for further in rooms[next] ?? [] where known.insert(further).inserted { open.append(further) }
            }
            #expect(!known.contains(room.name), "\(room.name) knows itself in a circle")
        }
    }

    @Test(arguments: [
        ("import Glibc", "Glibc"), ("@testable import Engine", "Engine"), ("package import HTTP", "HTTP"),
        ("import struct FoundationEssentials.Data", "FoundationEssentials"),
        ("  import   Foundation // no", "Foundation"),
        ("private import class Store.Store", "Store"), ("// import Foundation", nil), ("let text = \"import X\"", nil),
        ("important()", nil),
    ])
    func importsAreFoundInEveryForm(line: String, module: String?) {
        #expect(SourceFile(path: "Sources/A/B.swift", text: line).imports.first?.module == module)
    }
}

extension SourceFile {
    /// The modules that the file imports, with the index of the line.
    fileprivate var imports: [(line: Int, module: String)] {
        code.enumerated().compactMap { index, line in
            var words = line.split(separator: " ").map(String.init)[...]
            while let word = words.first, word.hasPrefix("@") || Self.importModifiers.contains(word) {
                words.removeFirst()
            }
            guard words.popFirst() == "import", let first = words.popFirst() else { return nil }
            let path = Self.importKinds.contains(first) ? words.first ?? "" : first
            return (index, String(path.prefix { $0 != "." }))
        }
    }

    private static let importModifiers: Set = ["public", "package", "internal", "fileprivate", "private"]
    private static let importKinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
}
