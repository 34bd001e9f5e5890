internal import CLinux
internal import Glibc

/// An inotify instance (inotify(7)).
final class Inotify: Sendable {
    /// What an event says happened.
    struct Change: OptionSet, Hashable {
        /// Bits of `sluice_change`.
        let rawValue: UInt32

        /// A name was made: a file, a directory or a link.
        static let created = Change(rawValue: SLUICE_CHANGE_CREATED.rawValue)
        /// A file that was open for writing was closed.
        static let written = Change(rawValue: SLUICE_CHANGE_WRITTEN.rawValue)
        /// A name came by a rename.
        static let movedIn = Change(rawValue: SLUICE_CHANGE_MOVED_IN.rawValue)
        /// A name went by a rename.
        static let movedOut = Change(rawValue: SLUICE_CHANGE_MOVED_OUT.rawValue)
        /// A name was removed.
        static let deleted = Change(rawValue: SLUICE_CHANGE_DELETED.rawValue)
        /// The watched directory was removed or unmounted.
        static let selfGone = Change(rawValue: SLUICE_CHANGE_SELF_GONE.rawValue)
        /// The watched directory was renamed.
        static let selfMoved = Change(rawValue: SLUICE_CHANGE_SELF_MOVED.rawValue)
        /// The watch is over.
        static let watchEnded = Change(rawValue: SLUICE_CHANGE_WATCH_ENDED.rawValue)
        /// The kernel's queue was full; events were lost.
        static let overflow = Change(rawValue: SLUICE_CHANGE_OVERFLOW.rawValue)
        /// The name is a directory's.
        static let directory = Change(rawValue: SLUICE_CHANGE_DIRECTORY.rawValue)
    }

    /// One event of the kernel's queue.
    struct Event {
        /// Which directory; −1 for an overflow.
        let watch: Int32
        /// What happened.
        let change: Change
        /// The entry in the directory; empty when the event concerns the directory itself.
        let name: [UInt8]
    }

    private let file: OpenFile

    private init(_ file: OpenFile) { self.file = file }

    /// Makes an instance; fails with EMFILE at the limit `max_user_instances`.
    static func open() -> Result<Inotify, Errno> {
        let result = sluice_inotify_open()
        return result >= 0 ? .success(Inotify(OpenFile(owning: result))) : .failure(Errno(-result))
    }

    /// Watches an open directory; the same directory has the same watch. Fails with ENOSPC at
    /// `max_user_watches`.
    func watch(_ directory: OpenFile) -> Result<Int32, Errno> {
        let result = sluice_inotify_add(file.number, directory.number)
        return result >= 0 ? .success(result) : .failure(Errno(-result))
    }

    /// Ends a watch; no matter if it has ended already.
    func unwatch(_ watch: Int32) { _ = sluice_inotify_remove(file.number, watch) }

    /// Waits for events of an instance, if there is one, for the stop, or for so many milliseconds.
    static func wait(
        _ inotify: Inotify?, orFor stop: OpenFile, milliseconds: Int32
    ) -> (hasEvents: Bool, isStopped: Bool) {
        // poll(2) ignores a negative descriptor.
        let result = sluice_wait_readable(inotify?.file.number ?? -1, stop.number, milliseconds)
        return result < 0 ? (false, true) : (result & 1 != 0, result & 2 != 0)
    }

    /// The events that wait, oldest first; `buffer` is reused from call to call and holds at least one event.
    func read(into buffer: inout [UInt8]) -> [Event] {
        unsafe buffer.withUnsafeMutableBytes { bytes in
            let count = unsafe Glibc.read(file.number, bytes.baseAddress, bytes.count)
            var events: [Event] = []
            var offset = 0
            // read(2) fills in whole events, each of which says its length.
            while offset < count, let start = bytes.baseAddress {
                let (event, length) = unsafe Self.event(at: start + offset)
                events.append(event)
                offset += length
            }
            return events
        }
    }

    private static func event(at start: UnsafeMutableRawPointer) -> (Event, length: Int) {
        var watch: Int32 = 0
        var changes: UInt32 = 0
        var name: UnsafePointer<CChar>?
        var nameLength: UInt = 0
        let length = unsafe sluice_inotify_event(start, &watch, &changes, &name, &nameLength)
        let bytes = unsafe UnsafeRawBufferPointer(start: name, count: Int(nameLength))
        let change = Change(rawValue: changes)
        return (Event(watch: watch, change: change, name: unsafe Array(bytes)), Int(length))
    }
}
