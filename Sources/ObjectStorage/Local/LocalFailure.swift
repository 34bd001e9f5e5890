internal import EventModel
internal import Execution
internal import Glibc

/// All wording of errno values in one place (open(2), openat2(2), rename(2), write(2), fsync(2)).
enum LocalFailure {
    /// What a refusal of permission concerns.
    enum Scope {
        /// One object, while its bucket can be used.
        case object
        /// The bucket, or the place where outputs are made.
        case bucket
    }

    /// Turns an errno into the house's error. `action` reads on from “The bucket could not …”, for instance
    /// “read `a/b` of bucket `inbox`”.
    static func error(_ failure: Errno, _ action: String, scope: Scope) -> SluiceError {
        let (code, hint) = classify(failure.number, scope)
        let reason = NativeThread.errorText(failure.number)
        return SluiceError(code, "Could not \(action): \(reason).", hint: hint)
    }

    private static func classify(_ number: Int32, _ scope: Scope) -> (SluiceError.Code, String?) {
        switch number {
        case ENOENT, ENOTDIR:
            (.storageNotFound, nil)
        case EACCES, EPERM:
            switch scope {
            case .object: (.storageUnreadable, "Let the service's user read the file.")
            case .bucket: (.storageAccessDenied, "Let the service's user use the bucket's directory.")
            }
        case EROFS:
            (.storageAccessDenied, "The file system is mounted read-only; see dmesg for the cause.")
        case ENOSPC, EDQUOT:
            (.storageFull, "Free space or raise the quota; the work goes on by itself then.")
        case ELOOP, ENXIO, EISDIR, ENODEV:
            (.storageNotRegular, "Only regular files reached without symbolic links are objects.")
        case EXDEV:
            (.storageCrossDevice, "Part of the bucket is another file system; make it a bucket of its own.")
        case ENAMETOOLONG, EILSEQ:
            (.storageInvalidKey, "This file system does not take the name; let keys be shorter.")
        case EMFILE, ENFILE:
            (.storageIO, "Raise the limit of open files (ulimit -n, LimitNOFILE= of the unit).")
        default:
            (.storageIO, "See dmesg for errors of the disk.")
        }
    }
}
