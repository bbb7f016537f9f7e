import DurableModel
import Testing

struct DurationTextTests {
    @Test(arguments: [
        ("0", 0), ("0s", 0), ("500ms", 500), ("1m", 60_000), ("1h 30m", 5_400_000), ("1h30m", 5_400_000),
        ("1.5h", 5_400_000), ("1 week", 604_800_000), ("5 days", 432_000_000), ("10 minutes", 600_000),
        ("1d 2h", 93_600_000), ("1s 500ms", 1500), ("0.25s", 250), (" 10s ", 10_000), ("2 Hours", 7_200_000),
        ("1us", 1), ("1000000ns", 1), ("1000001ns", 2), ("100000 days", 8_640_000_000_000),
        ("52000 weeks", 31_449_600_000_000), ("0.5d", 43_200_000),
        ("PT1M", 60_000), ("P1D", 86_400_000), ("PT10S", 10_000), ("pt1.5h", 5_400_000), ("PT0,5S", 500),
        ("P1W", 604_800_000), ("P1DT12H30M5S", 131_405_000), ("PT0S", 0),
    ])
    func aDurationIsReadInEitherForm(text: String, milliseconds: Int64) throws {
        #expect(try DurationText.parse(text) == Interval(milliseconds: milliseconds))
    }

    @Test(
        arguments: [
            ("", .empty), ("   ", .empty), ("5", .unitMissing), ("1.5", .unitMissing), ("00", .unitMissing),
            ("1y", .unfixedUnit("y")), ("2 months", .unfixedUnit("months")), ("P1Y", .unfixedUnit("Y")),
            ("P1M", .unfixedUnit("M")), ("-1s", .signed), ("+1s", .signed), ("1h -5m", .signed), ("PT-1S", .signed),
            ("-PT1S", .signed), ("s", .numberMissing), ("P", .numberMissing), ("PT", .numberMissing),
            ("P1DT", .numberMissing), ("PTS", .numberMissing), ("PT5", .unitMissing), ("P1H", .unknownUnit("H")),
            ("PT1D", .unknownUnit("D")), ("5 fortnights", .unknownUnit("fortnights")), ("1s ago", .numberMissing),
            ("30m 1h", .unitsOutOfOrder("h")), ("1s 1s", .unitsOutOfOrder("s")), ("PT1M1H", .unitsOutOfOrder("H")),
            ("1.5h 3m", .badFraction), ("1.h", .badFraction), ("1.0000000001s", .badFraction),
            ("1234567890123456789s", .tooLong), ("9223372036854775807ms", .tooLong), ("99999999999999999s", .tooLong),
            ("é", .numberMissing), ("1é", .unknownUnit("é")), ("1h, 5m", .unknownUnit("h,")),
        ] as [(String, DurationTextError)]
    )
    func whatIsNoDurationIsRefusedWithTheReason(text: String, error: DurationTextError) {
        #expect(throws: error) { try DurationText.parse(text) }
        #expect(!error.description.isEmpty)
    }

    @Test(arguments: [
        ("1.5h", "1h 30m"), ("1 week", "7d"), ("PT10M", "10m"), ("90s", "1m 30s"), ("0", "0s"), ("1500ms", "1s 500ms"),
        ("49h", "2d 1h"), ("500ms", "500ms"), ("60m", "1h"),
    ])
    func aDurationIsWrittenBackNormalised(text: String, written: String) throws {
        let interval = try DurationText.parse(text)
        #expect(DurationText.normalised(interval) == written)
        #expect(try DurationText.parse(written) == interval)
    }
}
