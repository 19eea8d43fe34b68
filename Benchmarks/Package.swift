// swift-tools-version: 6.2
import PackageDescription

// What only a program inside the house can time. A package of its own, so that measuring burdens no user's build.
let package = Package(
    name: "kelvin-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "kelvin", path: "..")],
    targets: [
        .executableTarget(
            name: "kelvin-benchmarks",
            dependencies: [
                .product(name: "Circuits", package: "kelvin"),
                .product(name: "Languages", package: "kelvin"),
                .product(name: "Simulators", package: "kelvin"),
                .product(name: "Hardware", package: "kelvin"),
                .product(name: "Drivers", package: "kelvin"),
                .product(name: "Kernel", package: "kelvin"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "kelvin-kernel-benchmarks",
            dependencies: [
                .product(name: "Circuits", package: "kelvin"),
                .product(name: "Hardware", package: "kelvin"),
                .product(name: "Drivers", package: "kelvin"),
                .product(name: "Kernel", package: "kelvin"),
                .product(name: "FleetSimulation", package: "kelvin"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        // The load on a service; it knows nothing of Kelvin but its interface.
        .executableTarget(name: "kelvin-service-benchmarks", swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
