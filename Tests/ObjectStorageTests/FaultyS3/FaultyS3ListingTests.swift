internal import EventModel
internal import TestSupport
internal import Testing

/// Listings, good and bad.
@Suite struct FaultyS3ListingTests {
    private let server = FaultyS3Server()
    private var client: PlainClient { PlainClient(port: server.port) }

    /// The texts of an element.
    private func texts(_ name: String, _ text: String) -> [String] {
        text.split(separator: "<\(name)>").dropFirst().map { String($0.split(separator: "</")[0]) }
    }

    /// All keys of a listing, page by page; ends early when a token comes twice.
    private func keys(_ query: String = "") async -> [String] {
        var keys: [String] = []
        var token: String?
        while true {
            let more = token.map { "&continuation-token=\($0)" } ?? ""
            let page = await client.send("GET", "/bucket?list-type=2\(query)\(more)").text
            keys += texts("Key", page)
            let next = texts("NextContinuationToken", page).first
            guard let next, next != token else { return keys }
            token = next
        }
    }

    private func fill(_ count: Int) -> [String] {
        let keys = (0..<count).map { "d\($0 % 3)/k\($0)" }
        for key in keys { server.put(ObjectKey(key), []) }
        return keys.sorted()
    }

    @Test("pages are whole and in order, with prefix and delimiter")
    func pages() async {
        let keys = fill(25)
        #expect(await self.keys("&max-keys=7") == keys)
        #expect(await self.keys("&prefix=d1/&max-keys=2") == keys.filter { $0.hasPrefix("d1/") })
        let grouped = await client.send("GET", "/bucket?list-type=2&delimiter=/").text
        #expect(texts("Prefix", grouped) == ["d0/", "d1/", "d2/"] && texts("Key", grouped).isEmpty)
        #expect(await self.keys("&start-after=\(keys[20])") == Array(keys[21...]))
    }

    @Test("an order of its own loses no key when others come and go between pages")
    func shuffled() async {
        let keys = fill(40)
        server.setManner { $0.shuffleSeed = 3 }
        server.setManner { $0.pageLimit = 4 }
        let listed = await self.keys()
        #expect(listed.sorted() == keys && listed != keys)
    }

    @Test("faults of listings: empty and repeated pages, repeated tokens, cut and bad XML, pages of HTML")
    func faults() async {
        let keys = fill(9)
        server.setManner { $0.pageLimit = 3 }
        server.fail(.list, with: .emptyPage, skip: 1)
        #expect(await self.keys() == keys && server.count(.list) == 4)
        server.fail(.list, with: .duplicatePage, skip: 1)
        let repeated = [0, 1, 2, 0, 1, 2, 6, 7, 8].map { keys[$0] }
        #expect(await self.keys() == repeated)
        server.fail(.list, with: .repeatToken, skip: 1)
        #expect(await self.keys() == Array(keys[..<6]))
        server.fail(.list, with: .cutXML(100))
        #expect(await !client.send("GET", "/bucket?list-type=2").text.contains("</ListBucketResult>"))
        server.fail(.list, with: .badXML)
        #expect(await client.send("GET", "/bucket?list-type=2").body.contains(8))
        server.fail(.list, with: .page)
        #expect(await client.send("GET", "/bucket?list-type=2").headers["content-type"] == "text/html")
    }

    @Test("stale listings show what was there; times may be dated back; keys come encoded or raw")
    func manners() async {
        server.put("a\u{1}&b", [])
        server.freezeListings()
        server.put("z", [])
        #expect(await keys("&encoding-type=url") == ["a%01%26b"])
        server.setManner { $0.encodesListings = false }
        #expect(await keys("&encoding-type=url") == ["a\u{1}&amp;b"])
        server.thawListings()
        server.setManner { $0.modifiedOffset = -2_000_000_000 }
        let page = await client.send("GET", "/bucket?list-type=2").text
        #expect(texts("Key", page).count == 2)
        #expect(texts("LastModified", page).allSatisfy { $0 < "1970" || $0 < "2010" })
    }

    @Test("very many keys are listed without being held")
    func synthetic() async throws {
        server.makeSynthetic(count: 1_000_000, prefix: "logs/")
        #expect(await keys("&prefix=logs/0000999/").count == 1000)
        let all = await keys("&start-after=logs/0000997/000997999.log.gz")
        #expect(all.count == 2000 && all.last == "logs/0000999/000999999.log.gz")
        let page = await client.send("GET", "/bucket?list-type=2&prefix=logs/0000003/000003007").text
        let head = await client.send("GET", "/bucket/logs/0000003/000003007.log.gz")
        #expect(head.text == "logs/0000003/000003007.log.gz\n")
        #expect(page.contains(try #require(head.headers["etag"]?.split(separator: "\"").first)))
        #expect(page.contains("<Size>\(head.body.count)</Size>"))
    }
}
