internal import CCurl
internal import EventModel

/// One multi handle of libcurl (libcurl-multi(3)).
///
/// `@unchecked Sendable`: the pointer never changes and lives as long as the object; other threads call only
/// `wake`, which curl_multi_wakeup(3) allows, and everything else is called by the client's thread
/// (`HTTPClientTests` drives it from many threads).
@safe
final class MultiHandle: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer

    /// Makes a handle that keeps at most `connections` connections for later requests.
    init(connections: Int) throws(SluiceError) {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let handle = unsafe curl_multi_init()
        else {
            throw SluiceError(.transportFailed, "libcurl could not be started.")
        }
        unsafe self.handle = unsafe handle
        unsafe sluice_curl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, connections)
        // No HTTP/2, so nothing shares a connection (CURLMOPT_PIPELINING(3)).
        unsafe sluice_curl_multi_set_long(handle, CURLMOPT_PIPELINING, 0)
    }

    deinit { unsafe curl_multi_cleanup(handle) }

    /// Makes `sleep` return; for any thread.
    func wake() { unsafe curl_multi_wakeup(handle) }

    /// Starts a transfer.
    func add(_ easy: borrowing EasyHandle) -> Bool {
        unsafe easy.withPointer { unsafe curl_multi_add_handle(handle, $0) } == CURLM_OK
    }

    /// Ends a transfer, whatever its state.
    func remove(_ easy: borrowing EasyHandle) {
        unsafe easy.withPointer { _ = unsafe curl_multi_remove_handle(handle, $0) }
    }

    /// Moves all transfers on as far as they go without waiting; false when libcurl is out of order.
    func perform() -> Bool {
        var running: Int32 = 0
        return unsafe curl_multi_perform(handle, &running) == CURLM_OK
    }

    /// Waits until a transfer can go on, a timer ends, somebody calls `wake`, or so long; false when libcurl
    /// is out of order.
    func sleep(atMost limit: Duration) -> Bool {
        // libcurl shortens the time to its own next timer.
        let milliseconds = Int32(clamping: max(0, limit.milliseconds + 1))
        return unsafe curl_multi_poll(handle, nil, 0, min(60_000, milliseconds), nil) == CURLM_OK
    }

    /// The number of a transfer that ended, and how; nil when there is none.
    func nextEnded() -> (number: UInt64, code: CURLcode)? {
        var number: UInt64 = 0
        var code = CURLE_OK
        guard unsafe sluice_curl_next_ended(handle, &number, &code) else { return nil }
        return (number, code)
    }
}
