internal import Foundation

/// Makes the benchmark's files and looks at its results.
enum Files {
    /// Bytes that differ from file to file.
    static func content(_ number: Int, byteCount: Int) -> Data {
        var state = UInt64(truncatingIfNeeded: number &+ 1) &* 0x9E37_79B9_7F4A_7C15
        var data = Data(capacity: byteCount)
        while data.count < byteCount {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            unsafe withUnsafeBytes(of: state) { unsafe data.append(contentsOf: $0) }
        }
        return data.prefix(byteCount)
    }

    /// Files per second that this file system takes by itself.
    ///
    /// Each is created, written, fsynced and renamed into place, by so many threads at a time.
    static func bareRate(in folder: URL, count: Int, byteCount: Int, threads: Int) throws -> Double {
        let data = content(0, byteCount: byteCount)
        let manager = FileManager.default
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        let began = ContinuousClock.now
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            for number in stride(from: thread, to: count, by: threads) {
                let staged = folder.appendingPathComponent("\(number).part").path
                let descriptor = unsafe open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
                unsafe data.withUnsafeBytes { bytes in
                    _ = unsafe write(descriptor, bytes.baseAddress, bytes.count)
                }
                fsync(descriptor)
                close(descriptor)
                unsafe rename(staged, folder.appendingPathComponent("\(number)").path)
            }
        }
        return Double(count) / (began.duration(to: .now) / .seconds(1))
    }
}
