internal import EventModel

extension FaultyS3State {
    /// One page of a listing, before it is written.
    struct Page {
        var keys: [ObjectKey] = []
        var prefixes: [[UInt8]] = []
        /// The last key that was looked at; nil: this is the last page.
        var next: [UInt8]?
    }

    /// ListObjectsV2; the first version is answered alike, with its marker.
    mutating func list(_ request: FaultyS3Request, fault: FaultyS3Fault? = nil) -> FaultyS3Response {
        let asked = request.text("max-keys").flatMap(Int.init) ?? 1000
        let limit = min(asked, manner.pageLimit)
        let token = request.text("continuation-token")
        let start = request.query["start-after"] ?? request.query["marker"] ?? []
        let after = token.map(Self.place) ?? start
        var page = page(of: request, after: ObjectKey(bytes: after), limit: limit)
        switch fault {
        case .emptyPage: page = Page(next: after)
        case .duplicatePage: page.keys = lastPage[request.bucket] ?? page.keys
        default: lastPage[request.bucket] = page.keys
        }
        tokenCount += 1
        var next = page.next.map { "\(tokenCount)-\(FaultyS3Object.hexadecimal($0))" }
        if case .repeatToken = fault { next = token ?? "\(tokenCount)-" }
        return write(page, request, token: token, next: next, limit: limit)
    }

    /// Tokens are a number that is never used again, and the last key.
    private static func place(_ token: String) -> [UInt8] {
        FaultyS3Object.bytes(hexadecimal: String(token.drop { $0 != "-" }))
    }

    private mutating func page(of request: FaultyS3Request, after: ObjectKey, limit: Int) -> Page {
        guard limit > 0 else { return Page() }
        let prefix = request.query["prefix"] ?? []
        if let synthetic = buckets[request.bucket]?.synthetic {
            return Self.page(of: synthetic, prefix: prefix, after: after, limit: limit)
        }
        let keys = listed(request.bucket)
        let delimiter = request.query["delimiter"].flatMap { $0.isEmpty ? nil : $0 }
        var page = Page()
        var index = after.bytes.isEmpty ? 0 : position(after: after, in: keys)
        while index < keys.count {
            let key = keys[index]
            index += 1
            guard key.bytes.starts(with: prefix) else { continue }
            if page.keys.count + page.prefixes.count == limit {
                page.next = keys[index - 2].bytes
                break
            }
            guard let group = Self.group(key.bytes, prefix.count, delimiter) else {
                page.keys.append(key)
                continue
            }
            while index < keys.count, keys[index].bytes.starts(with: group) { index += 1 }
            page.prefixes.append(group)
        }
        return page
    }

    /// Keys as listings show them, in the store's own order.
    private mutating func listed(_ bucket: String) -> [ObjectKey] {
        if let frozen = buckets[bucket]?.frozen { return order(Array(frozen.keys)) }
        if let sorted = buckets[bucket]?.sorted { return sorted }
        let sorted = order(Array((buckets[bucket]?.objects ?? [:]).keys))
        buckets[bucket]?.sorted = sorted
        return sorted
    }

    private func order(_ keys: [ObjectKey]) -> [ObjectKey] {
        guard let seed = manner.shuffleSeed else { return keys.sorted() }
        return keys.map { (FaultyS3Chaos.hash($0.bytes) &* (seed | 1), $0) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
    }

    private func position(after key: ObjectKey, in keys: [ObjectKey]) -> Int {
        guard manner.shuffleSeed == nil else {
            // A key that is gone since the page before: begin at the place that it had.
            let rank = order(keys + [key]).lastIndex(of: key) ?? keys.count
            return keys.contains(key) ? (keys.firstIndex(of: key) ?? 0) + 1 : rank
        }
        return keys.firstIndex { key < $0 } ?? keys.count
    }

    /// The common prefix that a key is shown as, with its delimiter.
    private static func group(_ key: [UInt8], _ prefixCount: Int, _ delimiter: [UInt8]?) -> [UInt8]? {
        guard let delimiter, let range = key[prefixCount...].firstRange(of: delimiter) else { return nil }
        return Array(key[..<range.upperBound])
    }

    private static func page(
        of synthetic: FaultyS3Synthetic,
        prefix: [UInt8],
        after: ObjectKey,
        limit: Int
    ) -> Page {
        var index = synthetic.lowerBound(max(ObjectKey(bytes: prefix), after))
        if index < synthetic.count, synthetic.key(index) == after { index += 1 }
        var page = Page()
        while index < synthetic.count {
            let key = synthetic.key(index)
            guard key.bytes.starts(with: prefix) else { break }
            if page.keys.count == limit {
                page.next = page.keys[limit - 1].bytes
                break
            }
            page.keys.append(key)
            index += 1
        }
        return page
    }

    private func write(
        _ page: Page,
        _ request: FaultyS3Request,
        token: String?,
        next: String?,
        limit: Int
    ) -> FaultyS3Response {
        let encodes = request.text("encoding-type") == "url" && manner.encodesListings
        var body = Array("\(FaultyS3XML.prologue)<ListBucketResult \(FaultyS3XML.space)>".utf8)
        body.reserveCapacity(page.keys.count * 320 + 1024)
        body += Array("<Name>\(request.bucket)</Name><MaxKeys>\(limit)</MaxKeys>".utf8)
        body += Array("<KeyCount>\(page.keys.count + page.prefixes.count)</KeyCount>".utf8)
        if encodes { body += Array("<EncodingType>url</EncodingType>".utf8) }
        body += Array("<IsTruncated>\(next != nil)</IsTruncated>".utf8)
        if let token { body += Array("<ContinuationToken>\(token)</ContinuationToken>".utf8) }
        if let next { body += Array("<NextContinuationToken>\(next)</NextContinuationToken>".utf8) }
        for key in page.keys { append(key, request, to: &body) }
        for prefix in page.prefixes {
            let shown = shown(ObjectKey(bytes: prefix), request)
            body += Array("<CommonPrefixes><Prefix>".utf8) + shown + Array("</Prefix></CommonPrefixes>".utf8)
        }
        body += Array("</ListBucketResult>".utf8)
        return FaultyS3Response(status: 200, headers: [("Content-Type", "application/xml")], body: body)
    }

    private func append(_ key: ObjectKey, _ request: FaultyS3Request, to body: inout [UInt8]) {
        let bucket = buckets[request.bucket]
        var facts = (etag: "", size: key.bytes.count + 1, modified: 0, storage: "STANDARD")
        if let synthetic = bucket?.synthetic {
            facts.etag = synthetic.etag(synthetic.number(of: key))
        } else if let object = bucket?.frozen?[key] ?? bucket?.objects[key] {
            facts = (
                object.etag, object.bytes.count, object.modified,
                object.fields["x-amz-storage-class"] ?? "STANDARD"
            )
        } else {
            return
        }
        body += Array("<Contents><Key>".utf8) + shown(key, request)
        let modified = FaultyS3Clock.iso(facts.modified + manner.modifiedOffset)
        body += Array(
            ("</Key><LastModified>\(modified)</LastModified><ETag>&quot;\(facts.etag)&quot;</ETag>"
                + "<Size>\(facts.size)</Size><StorageClass>\(facts.storage)</StorageClass></Contents>").utf8
        )
    }
}
