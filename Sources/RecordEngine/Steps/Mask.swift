/// `as: mask`: what is left of a value when its person is taken out.
///
/// - An IPv4 address keeps its first three numbers, the last becomes 0; an IPv6 address keeps its first 48
///   bits.
/// - An e-mail address keeps its domain: `***@example.com`.
/// - Every other value becomes `***`, also a list of addresses or an address with a port.
enum Mask {
    /// Appends the masked value; at most `value.count + 8` bytes.
    static func append(_ value: UnsafeRawBufferPointer, to output: ByteBuffer) {
        output.reserve(value.count + 48)
        if let kept = unsafe keptOfIPv4(value) {
            unsafe output.append(UnsafeRawBufferPointer(rebasing: value[..<kept]))
            output.append(UInt8(ascii: "0"))
        } else if let groups = unsafe IPv6Text.groups(value) {
            for byte in IPv6Text.prefix48(groups).utf8 { output.append(byte) }
        } else {
            for _ in 0..<3 { output.append(UInt8(ascii: "*")) }
            if let at = unsafe domainStart(value) {
                unsafe output.append(UnsafeRawBufferPointer(rebasing: value[at...]))
            }
        }
    }

    /// The bytes up to and with the third dot, when the value is an IPv4 address in dotted decimal.
    static func keptOfIPv4(_ value: UnsafeRawBufferPointer) -> Int? {
        guard value.count >= 7, value.count <= 15 else { return nil }
        var numbers = 0
        var number = 0
        var digits = 0
        var kept = 0
        for index in value.indices {
            let byte = unsafe value[index]
            if byte &- UInt8(ascii: "0") < 10 {
                number = number * 10 + Int(byte &- UInt8(ascii: "0"))
                digits += 1
                if digits > 3 || number > 255 { return nil }
            } else if byte == UInt8(ascii: "."), digits > 0, numbers < 3 {
                numbers += 1
                digits = 0
                number = 0
                kept = index + 1
            } else {
                return nil
            }
        }
        return numbers == 3 && digits > 0 ? kept : nil
    }

    /// Where `@` and the domain of an e-mail address begin: something, one `@`, letters of a domain.
    static func domainStart(_ value: UnsafeRawBufferPointer) -> Int? {
        guard let at = unsafe value.lastIndex(of: UInt8(ascii: "@")), at > 0, at + 1 < value.count else {
            return nil
        }
        for index in (at + 1)..<value.count {
            let byte = unsafe value[index]
            let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte >= 0x80
            let isOther =
                byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            if !isLetter && !isOther { return nil }
        }
        return at
    }
}

/// IPv6 addresses as text (RFC 4291, section 2.2).
enum IPv6Text {
    /// The eight groups of an address, or nil.
    ///
    /// A zone (`%eth0`, RFC 4007) is allowed and left out.
    static func groups(_ value: UnsafeRawBufferPointer) -> [UInt16]? {
        let end = unsafe value.firstIndex(of: UInt8(ascii: "%")) ?? value.count
        guard end >= 2, end <= 45, unsafe value[..<end].allSatisfy(isAddressByte) else { return nil }
        let text = unsafe String(decoding: UnsafeRawBufferPointer(rebasing: value[..<end]), as: UTF8.self)
        guard let gap = text.firstRange(of: "::") else {
            let groups = parts(text[...])
            return groups?.count == 8 ? groups : nil
        }
        guard let head = parts(text[..<gap.lowerBound]), let tail = parts(text[gap.upperBound...]) else {
            return nil
        }
        guard head.count + tail.count < 8 else { return nil }
        return head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") <= 10 || (byte | 0x20) &- UInt8(ascii: "a") < 6 || byte == UInt8(ascii: ".")
    }

    /// Groups between colons; the last may be an IPv4 address, which makes two.
    private static func parts(_ text: Substring) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let words = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, word) in words.enumerated() {
            if index == words.count - 1, word.contains(".") {
                let numbers = word.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
                guard numbers.count == 4, !numbers.contains(nil) else { return nil }
                let bytes = numbers.compactMap { $0.map(UInt16.init) }
                groups += [bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3]]
            } else {
                guard word.count <= 4, let group = UInt16(word, radix: 16), !word.hasPrefix("+") else {
                    return nil
                }
                groups.append(group)
            }
        }
        return groups
    }

    /// The first 48 bits, the others zero, in the form of RFC 5952.
    static func prefix48(_ groups: [UInt16]) -> String {
        var kept = groups.prefix(3).map { String($0, radix: 16) }
        while kept.last == "0" { kept.removeLast() }
        return kept.joined(separator: ":") + "::"
    }
}
