internal import EventModel

/// What can be wrong with a zip archive, in one place so that the sentences are alike.
enum ZipError {
    /// It can be read in two ways, and readers do (traps Z02, Z03).
    static func ambiguous(_ what: String) -> SluiceError {
        SluiceError(
            .archiveAmbiguous,
            "The zip archive can be read in more than one way: \(what).",
            hint: "Pack it again with a tool that writes plain zip archives, such as Info-ZIP or 7-Zip."
        )
    }

    /// Two entries share bytes.
    static let overlap = SluiceError(
        .archiveOverlap,
        "Two entries of the zip archive overlap.",
        hint: "Pack it again with a tool that writes plain zip archives, such as Info-ZIP or 7-Zip."
    )

    /// It is not what the format asks for.
    static func corrupt(_ what: String) -> SluiceError {
        SluiceError(.archiveCorrupt, "The zip archive is damaged: \(what).", hint: "Upload it again.")
    }

    /// It ends too early.
    static func truncated(_ what: String) -> SluiceError {
        SluiceError(
            .archiveTruncated,
            "The zip archive is cut off: \(what).",
            hint: "The upload was probably cut off: upload the object again."
        )
    }

    /// One member uses what we do not read (trap Z04).
    static func unsupported(_ what: String) -> SluiceError {
        SluiceError(
            .archiveUnsupported,
            what,
            hint: "Pack it without a password, with the method deflate, as one file."
        )
    }
}
