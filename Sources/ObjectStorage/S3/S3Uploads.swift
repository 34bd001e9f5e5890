public import EventModel
internal import HTTPTransport

/// An unfinished multipart upload, whoever began it.
public struct S3Upload: Sendable, Hashable {
    /// The key that it is for.
    public let key: ObjectKey
    /// Its id.
    public let id: String
    /// When it was begun, by the store's clock; nil when the store does not say.
    public let begun: Timestamp?
}

/// Unfinished uploads: those of a bucket, and the end of some.
extension S3Session {
    /// AbortMultipartUpload; one that is gone already is as good. Returns whether it was there.
    @discardableResult func abort(_ key: ObjectKey, upload: String) async throws(SluiceError) -> Bool {
        do throws(SluiceError) {
            try await send(requests.abortUpload(key, upload: upload), subject("clear", key)) { _ in .value(())
            }
            return true
        } catch {
            guard error.code == .storageStagedGone || error.code == .storageNotFound else { throw error }
            return false
        }
    }

    /// Aborts the uploads of an output whose ids nobody learned: those of that very key that were begun
    /// between its own beginning and `end`, but for those of `known`. Returns how many there were.
    func abortStrays(
        of entry: UploadJournal.Entry,
        until end: Timestamp,
        sparing known: Set<String>
    ) async throws(SluiceError) -> Int {
        // The store's clock is not ours, and some cut times to seconds.
        let earliest = entry.begun.advanced(by: .seconds(-60))
        let latest = end.advanced(by: .seconds(60))
        var count = 0
        for upload in try await uploads(prefix: entry.key) where upload.key == entry.key {
            guard !known.contains(upload.id), let begun = upload.begun, begun >= earliest, begun <= latest
            else { continue }
            if try await abort(upload.key, upload: upload.id) { count += 1 }
        }
        return count
    }

    /// Unfinished uploads whose key begins with `prefix`, of anybody; at most 10,000.
    func uploads(prefix: ObjectKey) async throws(SluiceError) -> [S3Upload] {
        var found: [S3Upload] = []
        var next: S3UploadsPage.Marker?
        while found.count < 10_000 {
            let request = requests.listUploads(
                prefix: prefix.string ?? "",
                keyMarker: next?.key,
                uploadMarker: next?.upload
            )
            let page: S3UploadsPage
            do throws(SluiceError) {
                page = try await send(
                    request,
                    subject("list the uploads of"),
                    bodyLimit: 8 << 20,
                    read: S3UploadsPage.read
                )
            } catch {
                // So `rclone serve s3` says that the bucket has none yet.
                guard error.code == .storageStagedGone else { throw error }
                return found
            }
            found += page.uploads.filter { $0.key.bytes.starts(with: prefix.bytes) }
            guard let marker = page.next, marker != next else { return found }
            next = marker
        }
        return found
    }
}

/// One page of ListMultipartUploads.
struct S3UploadsPage: Sendable {
    /// Where a listing goes on.
    struct Marker: Sendable, Hashable {
        /// The key to go on after, decoded.
        let key: String
        /// The upload of that key to go on after.
        let upload: String?
    }

    /// The uploads.
    var uploads: [S3Upload] = []
    /// Where the listing goes on; nil at its end.
    var next: Marker?

    /// Reads a page.
    static func read(_ response: HTTPResponse) -> S3Reading<S3UploadsPage> {
        S3Answers.read(response, "ListMultipartUploadsResult") { node in
            var page = S3UploadsPage()
            let isEncoded = node.text(of: "EncodingType") == "url"
            func key(_ text: String) -> ObjectKey {
                ObjectKey(bytes: isEncoded ? S3Text.decodedKey(text) : Array(text.utf8))
            }
            for upload in node.all("Upload") {
                guard let name = upload.text(of: "Key"), let id = upload.text(of: "UploadId") else {
                    return nil
                }
                let begun = upload.text(of: "Initiated").flatMap(InternetDate.iso)
                page.uploads.append(S3Upload(key: key(name), id: id, begun: begun))
            }
            if node.text(of: "IsTruncated") == "true", let name = node.text(of: "NextKeyMarker") {
                let marker = String(decoding: key(name).bytes, as: UTF8.self)
                page.next = Marker(key: marker, upload: node.text(of: "NextUploadIdMarker"))
            }
            return page
        }
    }
}
