// swift-tools-version: 6.3
import PackageDescription

/// Every target of ours is built the same way: Swift 6 mode, memory safety checked, warnings are errors.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let lifetimes: SwiftSetting = .enableExperimentalFeature("Lifetimes")

func room(_ name: String, _ dependencies: [Target.Dependency], extra: [SwiftSetting] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings + extra)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: settings + [lifetimes])
}

/// A C library of the system behind a module map and one shim.
func library(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
    name: "sluice",
    products: [
        .executable(name: "sluice", targets: ["sluice"]),
        // For the fuzzers, which are a package of their own.
        .library(name: "RecordEngine", targets: ["RecordEngine", "EventModel", "Settings"]),
        .library(name: "HTTPTransport", targets: ["HTTPTransport"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Leaves: every room above may use them.
        room("EventModel", []),
        room("Execution", ["EventModel", "CLinux"]),
        room("Settings", ["EventModel", "CYAML"]),
        room(
            "HTTPTransport",
            ["EventModel", "Execution", "CCurl", .product(name: "Crypto", package: "swift-crypto")]
        ),

        room("ExpressionLanguage", ["EventModel", "Settings", "CRE2"]),
        room(
            "RecordEngine",
            [
                "EventModel", "Settings", "ExpressionLanguage", "CISAL", "CZlib", "CZstd", "CLZMA", "CBZip2", "CLZ4",
                "CSimdjson", "CArchive", "CPCRE2",
            ],
            extra: [lifetimes]
        ),

        // Siblings: none imports another.
        room(
            "ObjectStorage",
            [
                "EventModel", "Execution", "HTTPTransport", "CLinux", "CISAL",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        room(
            "DurableLedger",
            [
                "EventModel", "Execution", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        room(
            "FunctionRuntime",
            ["EventModel", "Execution", "Settings", "RecordEngine", .product(name: "Crypto", package: "swift-crypto")]
        ),
        room("TriggerRules", ["EventModel", "Settings", "ExpressionLanguage"]),

        room(
            "EventProcessing",
            [
                "EventModel", "Execution", "HTTPTransport", "ObjectStorage", "DurableLedger", "FunctionRuntime", "TriggerRules",
                "CLinux", "CSpawn",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        room(
            "ControlPlane",
            [
                "EventModel", "Execution", "EventProcessing", "DurableLedger", "TriggerRules", "HTTPTransport", "CLinux",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        room(
            "Daemon",
            [
                "EventModel", "Execution", "Settings", "ObjectStorage", "DurableLedger", "FunctionRuntime", "TriggerRules",
                "EventProcessing", "ControlPlane", "RecordEngine", "HTTPTransport", "CLinux",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "sluice",
            dependencies: [
                "Daemon", "ControlPlane", "EventProcessing", "EventModel", "Execution", "Settings", "DurableLedger",
                "FunctionRuntime", "RecordEngine", "TriggerRules", "ObjectStorage", "HTTPTransport", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),

        .executableTarget(
            name: "EngineBenchmark",
            dependencies: ["RecordEngine", "EventModel", "Settings"],
            path: "Benchmarks/EngineBenchmark",
            swiftSettings: settings + [lifetimes]
        ),
        .executableTarget(
            name: "LedgerBenchmark",
            dependencies: ["DurableLedger", "EventModel"],
            path: "Benchmarks/LedgerBenchmark",
            swiftSettings: settings
        ),

        .executableTarget(
            name: "ProcessingBenchmark",
            dependencies: [
                "EventProcessing", "ObjectStorage", "DurableLedger", "FunctionRuntime", "TriggerRules", "Execution",
                "EventModel", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/ProcessingBenchmark",
            swiftSettings: settings
        ),

        .executableTarget(
            name: "TransportBenchmark",
            dependencies: ["HTTPTransport", "ObjectStorage", "EventModel", "Execution"],
            path: "Benchmarks/TransportBenchmark",
            swiftSettings: settings + [lifetimes]
        ),

        // C libraries, each small.
        library("CISAL", pkgConfig: "libisal", apt: "libisal-dev"),
        library("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        library("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        library("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
        library("CLZMA", pkgConfig: "liblzma", apt: "liblzma-dev"),
        // Debian's libbz2-dev comes without a pkg-config file.
        .systemLibrary(name: "CBZip2", providers: [.apt(["libbz2-dev"])]),
        library("CLZ4", pkgConfig: "liblz4", apt: "liblz4-dev"),
        library("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        library("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        .target(name: "CLinux"),
        .target(name: "CSpawn"),
        .target(name: "CSimdjson", cxxSettings: [.unsafeFlags(["-O3"])], linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CPCRE2", linkerSettings: [.linkedLibrary("pcre2-8")]),

        // Tests mirror the sources.
        .target(
            name: "TestSupport",
            dependencies: [
                "EventModel", "Execution", "HTTPTransport", "ObjectStorage", "DurableLedger",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        tests("EventModelTests", ["EventModel"]),
        tests("ExecutionTests", ["Execution", "EventModel"]),
        tests("SettingsTests", ["Settings", "EventModel"]),
        tests("ExpressionLanguageTests", ["ExpressionLanguage", "EventModel"]),
        tests("RecordEngineTests", ["RecordEngine", "EventModel", "Settings", "CISAL", "CSimdjson"]),
        tests("ObjectStorageTests", ["ObjectStorage", "HTTPTransport", "EventModel", "Execution", "CLinux"]),
        tests("DurableLedgerTests", ["DurableLedger", "EventModel"]),
        tests("FunctionRuntimeTests", ["FunctionRuntime", "RecordEngine", "EventModel", "Execution", "Settings"]),
        tests("TriggerRulesTests", ["TriggerRules", "EventModel", "Settings"]),
        tests(
            "EventProcessingTests",
            [
                "EventProcessing", "ObjectStorage", "DurableLedger", "FunctionRuntime", "TriggerRules", "Execution",
                "EventModel", "RecordEngine", "Settings", "HTTPTransport",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        tests("HTTPTransportTests", ["HTTPTransport", "EventModel", "Execution"]),
        tests(
            "ControlPlaneTests",
            [
                "ControlPlane", "EventProcessing", "DurableLedger", "TriggerRules", "HTTPTransport", "Execution", "EventModel",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        tests(
            "DaemonTests",
            [
                "Daemon", "EventModel", "Execution", "Settings", "TriggerRules", "FunctionRuntime", "RecordEngine",
                "EventProcessing", "DurableLedger", "ControlPlane", "HTTPTransport",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        tests("SluiceCommandTests", ["sluice", "ControlPlane", "EventModel", "HTTPTransport"]),
        tests("SystemTests", ["sluice"]),
        tests("TidyTests", []),
    ],
    cxxLanguageStandard: .cxx17
)
