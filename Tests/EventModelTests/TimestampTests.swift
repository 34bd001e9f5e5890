internal import EventModel
internal import Testing

@Suite struct TimestampTests {
    @Test(
        "prints RFC 3339 in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_790_812_800_123, "2026-10-01T00:00:00.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        ]
    )
    func prints(milliseconds: Int, text: String) {
        #expect(Timestamp(milliseconds: Int64(milliseconds)).description == text)
    }
}
