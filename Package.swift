// swift-tools-version: 6.2
import PackageDescription

// The rooms of the house, lowest first; what each may know is in docs/architecture.md and is checked by
// `ArchitectureTests`, since SwiftPM does not see an import that only a dependency declares.

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func room(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func library(_ name: String, pkgConfig: String, package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
    name: "perdure",
    products: [
        .executable(name: "perdured", targets: ["perdured"]),
        .executable(name: "perdured-query", targets: ["perdured-query"]),
        .executable(name: "perdure", targets: ["perdure"]),
        .executable(name: "perdure-bench", targets: ["perdure-bench"]),
    ],
    targets: [
        library("CUV", pkgConfig: "libuv", package: "libuv1-dev"),
        library("CNghttp2", pkgConfig: "libnghttp2", package: "libnghttp2-dev"),
        library("CSQLite", pkgConfig: "sqlite3", package: "libsqlite3-dev"),
        library("CSystemd", pkgConfig: "libsystemd", package: "libsystemd-dev"),
        .target(name: "CShims"),
    ]
)
