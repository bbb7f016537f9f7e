import DurableModel
import Testing

@Suite struct TimestampTextTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_767_323_045_678, "2026-01-02T03:04:05.678Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (Int64.max, "9999-12-31T23:59:59.999Z"),
        (Int64.min, "0000-01-01T00:00:00.000Z"),
    ])
    func momentsAreWrittenInUTC(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).text(.milliseconds) == text)
    }

    @Test func eachFormSaysTheSameMoment() {
        let moment = Timestamp(milliseconds: 1_767_323_045_678)
        #expect(moment.text(.nanoseconds) == "2026-01-02T03:04:05.678000000Z")
        #expect(moment.text(.numericZone) == "2026-01-02T03:04:05.678+00:00")
    }
}
