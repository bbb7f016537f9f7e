import DurableModel
import Testing

@testable import Endpoints

struct RetryAfterTests {
    private static let now = Timestamp(milliseconds: 784_111_777_000)  // 1994-11-06T08:49:37Z

    @Test(
        arguments: [
            ("0", 0), ("7", 7000), ("120", 120_000), ("9223372036854775", 9_223_372_036_854_775_000),
            ("9223372036854776", .max), ("99999999999999999999999999", .max),
            ("Sun, 06 Nov 1994 08:49:47 GMT", 10_000), ("Sunday, 06-Nov-94 08:49:47 GMT", 10_000),
            ("Sun Nov  6 08:49:47 1994", 10_000), ("Mon, 07 Nov 1994 08:49:37 GMT", 86_400_000),
            ("Thu, 29 Feb 1996 00:00:00 GMT", 41_440_223_000),
        ] as [(String, Int64)]
    )
    func secondsAndDatesAreRead(text: String, milliseconds: Int64) {
        #expect(RetryAfter.parse(text.utf8, now: Self.now) == Interval(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", " ", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1993 08:49:38 GMT",
        "Sun, 32 Nov 2994 08:49:37 GMT", "Sun, 06 Foo 2994 08:49:37 GMT", "Sun, 06 Nov 2994 25:49:37 GMT",
        "Sun, 06 Nov 2994 08:49 GMT", "Sun, 06 Nov 2994 08:49:37 CET", "Sun, 06 Nov 99999 08:49:37 GMT", "a b c d e f",
    ])
    func everythingElseSaysNothing(text: String) {
        #expect(RetryAfter.parse(text.utf8, now: Self.now) == nil)
    }
}
