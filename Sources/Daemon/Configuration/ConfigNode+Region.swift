internal import Settings

extension ConfigNode {
    /// The name of a region, which goes into hosts and signatures as it is; nil, with an error, when it
    /// cannot be one.
    func region(_ diagnostics: inout Diagnostics) -> String? {
        guard let text = text(&diagnostics) else { return nil }
        let isWell =
            (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
                    || byte == 0x5F
            }
        if isWell { return text }
        diagnostics.error(
            .configInvalidValue,
            "\(path) cannot be '\(text.prefix(80))'.",
            hint: "Write for instance eu-west-1.",
            at: self
        )
        return nil
    }
}
