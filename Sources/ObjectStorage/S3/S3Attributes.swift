package import EventModel
package import HTTPTransport

/// What is kept beside an object, as headers (AWS, PutObject).
package enum S3Attributes {
    /// Names the staged output that an object was; proves that it is ours (trap R05).
    package static let stagedName = "sluice-staged"
    /// What is given back to readers as it was put.
    private static let passed = [
        "cache-control", "content-disposition", "content-encoding", "content-language", "expires",
    ]
    private static let metadataPrefix = "x-amz-meta-"

    /// The headers that say them.
    package static func headers(_ attributes: ObjectAttributes) -> [HTTPField] {
        var fields: [HTTPField] = []
        if let type = attributes.contentType { fields.append(HTTPField(name: "content-type", value: type)) }
        for name in passed {
            if let value = attributes.headers[name] { fields.append(HTTPField(name: name, value: value)) }
        }
        for (name, value) in attributes.metadata.sorted(by: { $0.key < $1.key }) {
            fields.append(HTTPField(name: metadataPrefix + name.lowercased(), value: encoded(value)))
        }
        if let storageClass = attributes.storageClass {
            fields.append(HTTPField(name: "x-amz-storage-class", value: storageClass))
        }
        if !attributes.tags.isEmpty {
            let pairs = attributes.tags.sorted { $0.key < $1.key }.map { tag in
                HTTPRequest.encode(tag.key.utf8, keepingSlash: false) + "="
                    + HTTPRequest.encode(tag.value.utf8, keepingSlash: false)
            }
            fields.append(HTTPField(name: "x-amz-tagging", value: pairs.joined(separator: "&")))
        }
        return fields
    }

    /// What the headers of an answer say.
    package static func attributes(_ headers: [HTTPField]) -> ObjectAttributes {
        var attributes = ObjectAttributes()
        for field in headers {
            switch field.name {
            case "content-type": attributes.contentType = field.value
            case "x-amz-storage-class": attributes.storageClass = field.value
            case "content-encoding": attributes.headers[field.name] = Self.encoding(field.value)
            case let name where passed.contains(name): attributes.headers[name] = field.value
            default:
                guard field.name.hasPrefix(metadataPrefix) else { continue }
                let name = String(field.name.dropFirst(metadataPrefix.utf8.count))
                attributes.metadata[name] = decoded(field.value)
            }
        }
        return attributes
    }

    /// Some stores keep `aws-chunked` there, the form in which a body was sent to them (AWS, "Signature
    /// calculations: transferring payload in multiple chunks"); sent again it would be taken for ours.
    private static func encoding(_ value: String) -> String? {
        let codings = value.split(separator: ",").map { $0.drop { $0 == " " } }
        let kept = codings.filter { !$0.lowercased().hasPrefix("aws-chunked") }
        if kept.count == codings.count { return value }
        return kept.isEmpty ? nil : kept.joined(separator: ", ")
    }

    /// A value as a header takes it: what is not printable US-ASCII as one encoded word, as S3 itself answers
    /// it (AWS, "Working with object metadata"; RFC 2047).
    package static func encoded(_ value: String) -> String {
        let isPlain =
            value.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !value.hasPrefix("=?")
            && value.first != " " && value.last != " "
        return isPlain ? value : "=?UTF-8?B?\(S3Text.base64(Array(value.utf8)))?="
    }

    /// Undoes `encoded`; other forms of encoded words stay as they are.
    package static func decoded(_ value: String) -> String {
        guard value.hasPrefix("=?UTF-8?B?"), value.hasSuffix("?=") else { return value }
        guard let bytes = S3Text.base64Decoded(value.dropFirst(10).dropLast(2)) else { return value }
        return String(validating: bytes, as: UTF8.self) ?? value
    }
}
