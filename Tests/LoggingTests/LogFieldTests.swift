import Logging
import Testing

/// One of each field. The switch below does not compile when a case is missing: add it to the list as well.
let everyField: [LogField] = [
    .invocation("v"), .deployment("v"), .service("v"), .revision(1), .handler("v"), .key("v"), .attempt(1), .error("v"),
    .errorCode("v"), .entry("v"), .address("v"), .peer("v"), .requestIdentity("v"), .configurationKey("v"),
    .path("v"), .operation("v"), .version("v"), .signal("v"), .count(1), .bytes(1), .durationMilliseconds(1),
    .retryMilliseconds(1),
]

private func isListed(_ field: LogField) -> Bool {
    switch field {
    case .invocation, .deployment, .service, .revision, .handler, .key, .attempt, .error, .errorCode, .entry, .address,
        .peer, .requestIdentity, .configurationKey, .path, .operation, .version, .signal, .count, .bytes,
        .durationMilliseconds,
        .retryMilliseconds:
        true
    }
}

@Suite struct LogFieldTests {
    @Test func namesAreWhatTheJournalTakesAndDiffer() {
        for field in everyField {
            let name = field.journalName.description
            #expect(isListed(field) && name.hasPrefix("PERDURE_") && name.utf8.count <= 64)
            #expect(name.utf8.allSatisfy { $0 == 0x5F || ($0 >= 0x41 && $0 <= 0x5A) })
            #expect(field.plainName == name.dropFirst(8).lowercased())
            #expect(field.value == "v" || field.value == "1")
        }
        #expect(Set(everyField.map(\.journalName.description)).count == everyField.count)
    }

    @Test func messageIDsAre128BitsAndDiffer() {
        for id in MessageID.allCases {
            #expect(id.rawValue.utf8.count == 32)
            #expect(id.rawValue.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) })
        }
        #expect(Set(MessageID.allCases.map(\.rawValue)).count == MessageID.allCases.count)
    }

    @Test func longValuesAreCutBetweenCharacters() {
        let long = String(repeating: "ä", count: 5000)
        let cut = LogRecord.boundedValue(.error(long))
        #expect(cut.hasSuffix("…") && cut.dropLast().allSatisfy { $0 == "ä" })
        #expect(cut.utf8.count <= LogRecord.valueBytesMax + 8)
        let odd = LogRecord.boundedValue(.error("x" + long))
        #expect(odd.hasPrefix("xä") && odd.hasSuffix("ä…"))
        let fits = String(repeating: "x", count: LogRecord.valueBytesMax)
        #expect(LogRecord.boundedValue(.error(fits)) == fits)
    }
}
