internal import EventModel
internal import Execution
internal import Glibc
internal import HTTPTransport
internal import ObjectStorage

/// Measures the client and the S3 store alone against a server that stands already; prints one line of JSON.
///
/// usage: TransportBenchmark WORK ENDPOINT BUCKET COUNT CONCURRENCY [BYTES]
///
/// get, put     signed requests for small objects, as the client sends them
/// read, write  the same through the object store
/// download     one large object, `large`, to its end, CONCURRENCY ranges at a time
/// upload       one large object of BYTES, staged in CONCURRENCY parts at a time and published
let arguments = CommandLine.arguments
guard arguments.count >= 6, let endpoint = HTTPEndpoint(url: arguments[2]), let count = Int(arguments[4]),
    let concurrency = Int(arguments[5])
else {
    print("usage: TransportBenchmark WORK ENDPOINT BUCKET COUNT CONCURRENCY [BYTES]")
    exit(64)
}

do {
    let scene = try Scene(
        endpoint: endpoint,
        bucketName: arguments[3],
        count: count,
        concurrency: concurrency,
        bodyBytes: arguments.count > 6 ? Int(arguments[6]) ?? 1024 : 1024
    )
    let figures: Figures
    switch arguments[1] {
    case "get": figures = try await scene.requests("GET")
    case "put": figures = try await scene.requests("PUT")
    case "read": figures = try await scene.reads()
    case "write": figures = try await scene.writes()
    case "download": figures = try await scene.download()
    case "upload": figures = try await scene.upload()
    default:
        print("There is no work “\(arguments[1])”.")
        exit(64)
    }
    print(figures.json)
} catch {
    print("\(arguments[1]) failed: \(error)")
    exit(1)
}
