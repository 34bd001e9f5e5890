// swift-tools-version: 6.3
import PackageDescription

// Fuzzers of what reads untrusted bytes; a package of its own, because everything in it is built with
// coverage and the address sanitizer (`make fuzz`). libFuzzer brings `main`, so there is none here.
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "sluice", path: "..")],
    targets: [
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                .product(name: "RecordEngine", package: "sluice"),
                .product(name: "HTTPTransport", package: "sluice"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-parse-as-library"])]
        )
    ]
)
