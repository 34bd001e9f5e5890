internal import CCurl
internal import EventModel

/// One easy handle of libcurl (libcurl-easy(3)) with what it has to keep alive. Used by one thread.
///
/// Safe to use: the pointer never leaves this file and lives exactly as long as the value.
@safe
struct EasyHandle: ~Copyable {
    private let handle: UnsafeMutableRawPointer

    /// Makes a handle.
    init() throws(SluiceError) {
        guard let handle = unsafe curl_easy_init() else {
            throw SluiceError(.transportFailed, "libcurl could not be started.")
        }
        unsafe self.handle = unsafe handle
    }

    deinit { unsafe curl_easy_cleanup(handle) }

    /// Sets an option to a string, which libcurl copies.
    func set(_ option: CURLoption, _ text: String) throws(SluiceError) {
        let code = unsafe text.withCString { unsafe sluice_curl_set_pointer(handle, option, $0) }
        try check(code)
    }

    /// Sets an option to a number.
    func set(_ option: CURLoption, _ number: Int) throws(SluiceError) {
        try check(unsafe sluice_curl_set_long(handle, option, number))
    }

    /// Sends the request with a body of JSON (none when empty) and gathers the answer.
    func perform(body: [UInt8]) throws(SluiceError) -> (code: CURLcode, status: Int, body: [UInt8]) {
        let answer = Answer()
        let context = unsafe Unmanaged.passUnretained(answer).toOpaque()
        // libcurl calls this on the thread that performs, with the context given here; `answer` outlives the
        // call.
        let code = unsafe sluice_curl_set_write(
            handle,
            { bytes, size, count, context in
                guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
                let answer = unsafe Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue()
                let chunk = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
                return unsafe answer.take(chunk)
            },
            context
        )
        try check(code)
        // Without "Expect:" libcurl waits up to a second for 100 Continue before a large body
        // (CURLOPT_EXPECT_100_TIMEOUT_MS(3)).
        var headers = unsafe body.isEmpty ? nil : curl_slist_append(nil, "Content-Type: application/json")
        unsafe headers = unsafe headers.flatMap { unsafe curl_slist_append($0, "Expect:") }
        defer { unsafe curl_slist_free_all(headers) }
        let result: CURLcode = unsafe body.withUnsafeBufferPointer { bytes in
            if !body.isEmpty {
                unsafe sluice_curl_set_long(handle, CURLOPT_POSTFIELDSIZE, bytes.count)
                unsafe sluice_curl_set_pointer(handle, CURLOPT_POSTFIELDS, bytes.baseAddress)
                unsafe sluice_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
            }
            return unsafe curl_easy_perform(handle)
        }
        return withExtendedLifetime(answer) { (result, unsafe sluice_curl_status(handle), answer.bytes) }
    }

    private func check(_ code: CURLcode) throws(SluiceError) {
        guard code != CURLE_OK else { return }
        let reason = unsafe String(cString: curl_easy_strerror(code))
        throw SluiceError(.transportFailed, "libcurl refuses an option: \(reason).")
    }
}

/// What libcurl's write callback fills.
private final class Answer {
    var bytes: [UInt8] = []

    /// Takes a chunk; 0 makes libcurl give up (CURLOPT_WRITEFUNCTION(3)).
    func take(_ chunk: UnsafeRawBufferPointer) -> Int {
        guard bytes.count + chunk.count <= UnixSocketClient.answerLimit else { return 0 }
        unsafe bytes.append(contentsOf: chunk)
        return chunk.count
    }
}
