// swift-tools-version: 6.2
import PackageDescription

// Programs that break programs: libFuzzer's targets. A package of its own, so that no user's build meets it;
// `Fuzz/run` builds it with coverage and links it with libFuzzer.
let package = Package(
    name: "kelvin-fuzz",
    platforms: [.macOS(.v15)],
    products: [.library(name: "FuzzTargets", type: .static, targets: ["FuzzTargets"])],
    dependencies: [.package(name: "kelvin", path: "..")],
    targets: [
        .target(
            name: "FuzzTargets",
            dependencies: [
                .product(name: "Circuits", package: "kelvin"),
                .product(name: "Languages", package: "kelvin"),
                .product(name: "LanguageServer", package: "kelvin"),
                .product(name: "Hardware", package: "kelvin"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
