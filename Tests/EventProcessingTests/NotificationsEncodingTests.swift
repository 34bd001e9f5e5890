internal import EventModel
internal import EventProcessing
internal import Foundation
internal import Testing

/// In which bytes a message may be written.
@Suite struct NotificationsEncodingTests {
    @Test(
        "only UTF-8 is read, with or without its byte order mark: in others nobody counted the brackets",
        arguments: [
            String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32, .utf32LittleEndian,
            .utf32BigEndian,
        ]
    )
    func encodings(encoding: String.Encoding) throws {
        func code(_ bytes: [UInt8]) -> String? {
            guard case .refused(let refused) = NotificationDecoder().read(bytes) else { return nil }
            return refused.error.code.name
        }
        let text = NotificationsDecodingTests.aws(NotificationsDecodingTests.record())
        let deep = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        for text in [text, deep] {
            let bytes = Array(try #require(text.data(using: encoding)))
            #expect(code(bytes) == "notification.unknown-shape")
        }
        #expect(code([0xEF, 0xBB, 0xBF] + Array(text.utf8)) == nil)
        #expect(code([0xEF, 0xBB, 0xBF] + Array(deep.utf8)) == "notification.over-limit")
        #expect(code([0xEF, 0xBB] + Array(text.utf8)) == "notification.unknown-shape")
        #expect(code(Array(text.utf8) + [0]) == "notification.unknown-shape")
    }
}
