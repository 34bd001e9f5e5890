internal import Settings
internal import Testing

@Suite struct SuggestionTests {
    @Test(
        "finds what was meant, and nothing when nothing is near",
        arguments: [
            ("buket", "bucket"), ("fucntion", "function"), ("triger", "trigger"), ("x", nil),
            ("output-key", nil), ("", nil),
        ]
    )
    func nearest(name: String, meant: String?) {
        #expect(Suggestion.nearest(to: name, among: ["bucket", "function", "trigger"]) == meant)
    }

    @Test("a hint lists what is known when nothing is near")
    func hints() {
        #expect(Suggestion.hint(for: "zzz", among: ["inbox", "clean"]) == "Known: clean, inbox.")
        #expect(Suggestion.hint(for: "zzz", among: [String]()) == nil)
    }

    @Test("a name of a megabyte costs no more than a short one")
    func bounded() {
        let name = String(repeating: "a", count: 1 << 20)
        #expect(Suggestion.nearest(to: name, among: [name + "b"]) != nil)
    }
}
