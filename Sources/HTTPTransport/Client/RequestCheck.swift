internal import EventModel

/// Refuses requests that would not arrive as they were meant: a line break in a header begins another header
/// (RFC 9112, section 11.1).
enum RequestCheck {
    /// Throws `transport.invalid-request`.
    static func check(_ order: Order) throws(SluiceError) {
        let request = order.request
        guard !request.method.isEmpty, request.method.utf8.allSatisfy(isTokenByte) else {
            throw refusal(order, "its method is not a word")
        }
        guard request.path.utf8.first == UInt8(ascii: "/"), request.path.utf8.allSatisfy(isPathByte) else {
            throw refusal(order, "its path is not percent-encoded")
        }
        for field in request.headers {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(isTokenByte) else {
                throw refusal(order, "a header has the name “\(field.name)”")
            }
            guard field.value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
                throw refusal(order, "the header \(field.name) has a control character in its value")
            }
        }
    }

    private static func refusal(_ order: Order, _ reason: String) -> SluiceError {
        SluiceError(.transportInvalidRequest, "\(order.title) cannot be sent: \(reason).")
    }

    /// `tchar` of RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60,
            0x7C,
            0x7E:
            true
        default: false
        }
    }

    /// Printable ASCII without `?` and `#`, which would end the path.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "?") && byte != UInt8(ascii: "#")
    }
}
