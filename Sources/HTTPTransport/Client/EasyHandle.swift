internal import CCurl
internal import EventModel

/// What libcurl calls while a transfer is under way.
protocol EasyHandleReceiver: AnyObject {
    /// Takes a line of the head; false gives the transfer up.
    func takeHead(_ line: RawSpan) -> Bool
    /// Takes a piece of the body.
    func takeBody(_ piece: RawSpan) -> EasyHandle.BodyFate
    /// The body to send; the same until the transfer ends.
    var bodyToSend: [UInt8] { get }
}

/// One easy handle of libcurl (libcurl-easy(3)) with what it has to keep alive. Used by one thread.
///
/// Safe to use: the pointer leaves this file only for the time of a call, and lives exactly as long as the
/// value.
@safe
struct EasyHandle: ~Copyable {
    /// What became of a piece of the body.
    enum BodyFate {
        /// It was taken.
        case taken
        /// The same piece has to come again after `resume`.
        case paused
        /// The transfer is given up.
        case refused
    }

    private let handle: UnsafeMutableRawPointer
    private let context = Context()
    /// CURLOPT_ERRORBUFFER(3) must stay in its place, and is of this size.
    private let message: UnsafeMutablePointer<CChar>
    /// The headers of the transfer under way.
    private var headers: UnsafeMutablePointer<curl_slist>?

    /// Makes a handle.
    init() throws(SluiceError) {
        guard let handle = unsafe curl_easy_init() else {
            throw SluiceError(.transportFailed, "libcurl could not be started.")
        }
        unsafe self.handle = unsafe handle
        unsafe message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe curl_slist_free_all(headers)
        unsafe message.deallocate()
    }

    /// Lends the pointer for one call.
    func withPointer<Value>(_ body: (UnsafeMutableRawPointer) -> Value) -> Value { unsafe body(handle) }

    /// Forgets all options and takes a new owner, which outlives the handle.
    mutating func begin(number: UInt64, receiver: any EasyHandleReceiver) {
        unsafe curl_easy_reset(handle)
        unsafe curl_slist_free_all(headers)
        unsafe headers = nil
        unsafe message[0] = 0
        context.receiver = receiver
        context.sentByteCount = 0
        unsafe sluice_curl_set_number(handle, number)
        unsafe sluice_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message)
        let pointer = unsafe Unmanaged.passUnretained(context).toOpaque()
        unsafe sluice_curl_set_receivers(handle, takeHeadLine, takeBodyPiece, pointer)
    }

    /// Forgets the owner.
    func end() { context.receiver = nil }

    /// Sets an option to a string, which libcurl copies.
    func set(_ option: CURLoption, _ text: String) throws(SluiceError) {
        try check(unsafe text.withCString { unsafe sluice_curl_set_pointer(handle, option, $0) })
    }

    /// Sets an option to a number.
    func set(_ option: CURLoption, _ number: Int) throws(SluiceError) {
        try check(unsafe sluice_curl_set_long(handle, option, number))
    }

    /// Adds a line to the head of the request.
    mutating func add(header line: String) {
        unsafe headers = unsafe line.withCString { unsafe curl_slist_append(headers, $0) }
    }

    /// Sends the lines that were added.
    func setHeaders() { unsafe sluice_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers) }

    /// Sends a body: libcurl keeps a copy of a small one, so that it leaves in one packet with the head, and
    /// asks the receiver for a large one piece by piece.
    func send(_ body: [UInt8]) throws(SluiceError) {
        try set(CURLOPT_POST, 1)
        try check(unsafe sluice_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.count)))
        if body.count < smallBodyBytes {
            try check(
                unsafe body.withUnsafeBytes { bytes in
                    // Nil would mean that there is no body at all.
                    guard let start = bytes.baseAddress, !body.isEmpty else {
                        return unsafe sluice_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, "")
                    }
                    return unsafe sluice_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, start)
                }
            )
        } else {
            try set(CURLOPT_UPLOAD_BUFFERSIZE, uploadBufferBytes)
            let pointer = unsafe Unmanaged.passUnretained(context).toOpaque()
            unsafe sluice_curl_set_source(handle, giveBodyPiece, seekInBody, pointer)
        }
    }

    /// Lets a paused transfer go on; pieces may come during this call (curl_easy_pause(3)).
    func resume() -> CURLcode { unsafe curl_easy_pause(handle, CURLPAUSE_CONT) }

    /// How the transfer failed.
    func failure(_ code: CURLcode) -> TransportFailure {
        TransportFailure(
            code: code,
            detail: unsafe String(cString: message),
            systemError: unsafe sluice_curl_errno(handle),
            wasConnected: unsafe sluice_curl_was_connected(handle),
            proxyStatus: unsafe sluice_curl_proxy_status(handle)
        )
    }

    private func check(_ code: CURLcode) throws(SluiceError) {
        guard code != CURLE_OK else { return }
        let reason = unsafe String(cString: curl_easy_strerror(code))
        throw SluiceError(.transportFailed, "libcurl refuses an option: \(reason).")
    }
}

/// Below this libcurl sends a body together with the head.
private let smallBodyBytes = 64 << 10
/// How much of a large body libcurl takes at once (CURLOPT_UPLOAD_BUFFERSIZE(3)).
private let uploadBufferBytes = 256 << 10

/// What libcurl gives back to the functions below; they run on the thread that drives the handle, during a
/// call that its owner makes, so the owner is there.
private final class Context {
    unowned var receiver: (any EasyHandleReceiver)?
    /// How much of the body to send was handed over.
    var sentByteCount = 0
}

private func takeHeadLine(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let receiver = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue().receiver
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return receiver?.takeHead(unsafe line.bytes) == true ? size * count : 0
}

private func takeBodyPiece(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let receiver = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue().receiver
    let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    switch receiver?.takeBody(unsafe piece.bytes) {
    case .taken: return size * count
    case .paused: return Int(CURL_WRITEFUNC_PAUSE)
    // Another number than all of them gives the transfer up (CURLOPT_WRITEFUNCTION(3)).
    case .refused, nil: return size * count == 0 ? 1 : 0
    }
}

private func giveBodyPiece(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes = unsafe bytes, let context = unsafe context else { return Int(CURL_READFUNC_ABORT) }
    let state = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
    guard let receiver = state.receiver else { return Int(CURL_READFUNC_ABORT) }
    let room = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    let body = receiver.bodyToSend
    let piece = body[min(state.sentByteCount, body.count)...].prefix(room.count)
    unsafe piece.withUnsafeBytes { unsafe room.copyMemory(from: $0) }
    state.sentByteCount += piece.count
    return piece.count
}

/// libcurl goes back to the start when a kept connection turned out to be closed (CURLOPT_SEEKFUNCTION(3)).
private func seekInBody(_ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
    guard let context = unsafe context, origin == SEEK_SET, offset >= 0 else { return CURL_SEEKFUNC_FAIL }
    unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue().sentByteCount = Int(offset)
    return CURL_SEEKFUNC_OK
}
