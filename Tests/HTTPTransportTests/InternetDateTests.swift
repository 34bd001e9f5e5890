internal import EventModel
internal import HTTPTransport
internal import Testing

@Suite struct InternetDateTests {
    @Test("dates that are none are nil, whatever they look like")
    func readsDates() {
        #expect(InternetDate.http("Sun, 06 Nov 1994 08:49:37 GMT")?.milliseconds == 784_111_777_000)
        #expect(InternetDate.iso("2024-02-29T23:59:59Z")?.description == "2024-02-29T23:59:59.000Z")
        for text in ["", "now", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 99:49:37 GMT"] {
            #expect(InternetDate.http(text) == nil && InternetDate.iso(text) == nil)
        }
        #expect(InternetDate.iso("99999999999999-01-01T00:00:00Z") == nil)
    }
}
