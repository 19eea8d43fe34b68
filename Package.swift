// swift-tools-version: 6.2
import PackageDescription

// One module per room of the house (Docs/architecture.md); imports run downwards only.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Numeric rooms are optimised in debug builds too, or their tests crawl.
let numeric = settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
    name: "kelvin",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "kelvin", targets: ["kelvin"]),
        .executable(name: "kelvin-jobs", targets: ["kelvin-jobs"]),
        .executable(name: "kelvin-fleet", targets: ["kelvin-fleet"]),
        .executable(name: "kelvind", targets: ["kelvind"]),
        .library(name: "Circuits", targets: ["Circuits"]),
        .library(name: "Languages", targets: ["Languages"]),
        .library(name: "LanguageServer", targets: ["LanguageServer"]),
        .library(name: "Hardware", targets: ["Hardware"]),
        .library(name: "Simulators", targets: ["Simulators"]),
        .library(name: "Compiler", targets: ["Compiler"]),
        .library(name: "Drivers", targets: ["Drivers"]),
        .library(name: "Characterisation", targets: ["Characterisation"]),
        .library(name: "Mitigation", targets: ["Mitigation"]),
        .library(name: "Kernel", targets: ["Kernel"]),
        .library(name: "FleetSimulation", targets: ["FleetSimulation"]),
        .library(name: "Storage", targets: ["Storage"]),
        .library(name: "Conformance", targets: ["Conformance"]),
        // Kelvin's devices for the Munich stack: a QDMI device library, symbols KELVIN_QDMI_….
        .library(name: "KelvinQDMI", type: .dynamic, targets: ["KelvinQDMI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        // Of `Storage` alone, which `kelvin` does not link: a first run must not wait for it to be built.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Of `Server` alone; the launcher builds `kelvind` when `kelvin serve` is first said.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Floor 1: what a program is.
        .target(name: "Circuits", swiftSettings: numeric),
        // Floor 2: how programs are written, what a machine is, what physics does.
        .target(name: "Languages", dependencies: ["Circuits"], swiftSettings: numeric),
        .target(name: "Hardware", dependencies: ["Circuits"], swiftSettings: numeric),
        .target(name: "Simulators", dependencies: ["Circuits"], swiftSettings: numeric),
        // Floor 3: from program to machine.
        .target(name: "Compiler", dependencies: ["Circuits", "Hardware"], swiftSettings: numeric),
        // What Swift cannot call: variadic functions of libcurl, which is loaded at run time, and dladdr.
        .target(name: "CKelvinSystem"),
        .target(
            name: "Drivers", dependencies: ["Circuits", "Languages", "Hardware", "Simulators", "CKelvinSystem"],
            resources: [.copy("Devices")], swiftSettings: numeric),
        .target(
            name: "Characterisation", dependencies: ["Circuits", "Hardware", "Simulators"], swiftSettings: numeric),
        .target(name: "Mitigation", dependencies: ["Circuits", "Hardware"], swiftSettings: settings),
        .target(name: "LanguageServer", dependencies: ["Languages"], swiftSettings: settings),
        // Floor 4: the operating system proper.
        .target(
            name: "Kernel",
            dependencies: [
                "Circuits", "Languages", "Hardware", "Compiler", "Drivers", "Characterisation", "Mitigation",
            ],
            swiftSettings: numeric),
        .target(
            name: "FleetSimulation",
            dependencies: ["Circuits", "Hardware", "Simulators", "Compiler", "Drivers", "Kernel"],
            swiftSettings: numeric),
        .target(
            name: "Storage",
            dependencies: [
                "Kernel", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        // Of the daemon alone: nobody else waits for libpq to be installed.
        .systemLibrary(name: "CPostgreSQL", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .target(
            name: "StoragePostgreSQL", dependencies: ["CPostgreSQL", "Kernel", "Storage"], swiftSettings: settings),
        // Floor 5: the outside.
        .target(
            name: "Console",
            dependencies: [
                "Circuits", "Languages", "Hardware", "Compiler", "Drivers", "Mitigation", "Kernel",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        // The command line as the client of a service.
        .target(
            name: "Client",
            dependencies: [
                "Hardware", "Drivers", "Kernel", "Console",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "kelvin",
            dependencies: [
                "Circuits", "Languages", "Hardware", "Compiler", "Drivers", "Characterisation", "Mitigation", "Kernel",
                "Console", "Client", "LanguageServer", "Conformance",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        // Apart from `kelvin`, so that a first run does not wait for SQLite; the launcher builds it on first use.
        .executableTarget(
            name: "kelvin-jobs",
            dependencies: [
                "Circuits", "Hardware", "Drivers", "Kernel", "Storage", "Console", "Client",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        // The digital twin, apart for the same reason.
        .executableTarget(
            name: "kelvin-fleet",
            dependencies: [
                "Hardware", "Drivers", "Kernel", "FleetSimulation", "Console",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        // The service: the only room that links a server.
        .target(
            name: "Server",
            dependencies: [
                "Circuits", "Languages", "Hardware", "Drivers", "Compiler", "Mitigation", "Kernel", "Storage",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("API/openapi.json"), .embedInCode("Operations/materials.json")]
                + [
                    "index.html", "kelvin.css", "icon.svg", "app.js", "api.js", "dom.js", "charts.js", "map.js",
                    "layout.js",
                    "fleet.js", "jobs.js", "job.js", "write.js", "usage.js", "admin.js",
                ].map { .embedInCode("Dashboard/Pages/\($0)") },
            swiftSettings: settings),
        .executableTarget(
            name: "kelvind",
            dependencies: [
                "CKelvinSystem", "Hardware", "Languages", "Drivers", "Server", "Kernel", "Storage", "StoragePostgreSQL",
                "Console",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        // Whether a driver keeps the promises of the device protocol.
        .target(
            name: "Conformance", dependencies: ["Circuits", "Hardware", "Compiler"], swiftSettings: settings),
        .target(
            name: "KelvinQDMI", dependencies: ["Circuits", "Languages", "Hardware", "Compiler", "Drivers"],
            swiftSettings: settings),
        .testTarget(name: "CircuitsTests", dependencies: ["Circuits"], swiftSettings: numeric),
        .testTarget(
            name: "LanguagesTests", dependencies: ["Circuits", "Languages", "Simulators"], swiftSettings: numeric),
        .testTarget(
            name: "LanguageServerTests", dependencies: ["Languages", "LanguageServer"], swiftSettings: settings),
        .testTarget(name: "HardwareTests", dependencies: ["Circuits", "Hardware"], swiftSettings: settings),
        .testTarget(name: "SimulatorsTests", dependencies: ["Circuits", "Simulators"], swiftSettings: numeric),
        .testTarget(
            name: "CompilerTests",
            dependencies: ["Circuits", "Hardware", "Compiler", "Simulators", "Drivers", "Languages"],
            swiftSettings: numeric),
        .testTarget(
            name: "DriversTests", dependencies: ["Circuits", "Hardware", "Simulators", "Drivers"],
            swiftSettings: settings),
        .testTarget(
            name: "CharacterisationTests",
            dependencies: ["Circuits", "Hardware", "Simulators", "Compiler", "Drivers", "Characterisation", "Kernel"],
            swiftSettings: settings),
        .testTarget(
            name: "MitigationTests", dependencies: ["Circuits", "Hardware", "Mitigation"], swiftSettings: settings),
        .testTarget(
            name: "KernelTests",
            dependencies: ["Circuits", "Languages", "Hardware", "Compiler", "Drivers", "Mitigation", "Kernel"],
            swiftSettings: settings),
        .testTarget(
            name: "FleetSimulationTests",
            dependencies: ["Circuits", "Hardware", "Simulators", "Compiler", "Drivers", "Kernel", "FleetSimulation"],
            swiftSettings: settings),
        .target(name: "ScratchDirectory", path: "Tests/ScratchDirectory", swiftSettings: settings),
        // A server of Debian's for tests, with its files in a directory of its own.
        .target(name: "PostgreSQLTesting", path: "Tests/PostgreSQLTesting", swiftSettings: settings),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "Kernel", "Storage", "StoragePostgreSQL", "PostgreSQLTesting", "ScratchDirectory",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Circuits", "Hardware", "Drivers", "Kernel", "Storage", "Server", "ScratchDirectory",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "kelvin", "kelvin-jobs", "kelvin-fleet", "kelvind", "Client", "Drivers", "Kernel", "Storage",
                "PostgreSQLTesting", "ScratchDirectory",
            ],
            swiftSettings: settings),
        // The executable beside the tests holds QDMI libraries for them.
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "Circuits", "Languages", "Hardware", "Compiler", "Simulators", "Drivers", "Conformance", "kelvin",
                "KelvinQDMI",
            ], exclude: ["HostileLibrary.c"], swiftSettings: settings),
    ]
)
