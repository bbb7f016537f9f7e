// swift-tools-version: 6.2
import PackageDescription

// The rooms of the house, lowest first; what each may know is in docs/architecture.md and is checked by
// `ArchitectureTests`, since SwiftPM does not see an import that only a dependency declares.

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func room(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency], linked: [LinkerSetting] = []) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: linked)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func library(_ name: String, pkgConfig: String, package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

// Release programs carry the Swift libraries in themselves: they start in 3.5 instead of 6 ms and run where no toolchain
// is. What FoundationEssentials stands on must be named, as only `--static-swift-stdlib` would know it by itself.
let carriesSwift: [LinkerSetting] = [
    .unsafeFlags(
        ["-static-stdlib", "-l_FoundationCollections", "-l_FoundationCShims", "-lswiftSynchronization"],
        .when(configuration: .release)
    )
]

// The fuzzer needs a runtime that only `--sanitize fuzzer` links, so nothing but `make fuzz` asks for it.
let fuzzer: [Target] =
    Context.environment["PERDURE_FUZZER"] == nil
    ? [] : [.systemLibrary(name: "CLibFuzzer"), program("perdure-fuzz", ["Fuzzing", "CLibFuzzer"])]

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
        library("COpenSSL", pkgConfig: "openssl", package: "libssl-dev"),
        library("CSystemd", pkgConfig: "libsystemd", package: "libsystemd-dev"),
        .target(name: "CShims"),

        room("Logging"),
        room("DurableModel"),
        room("ServiceProtocol", ["DurableModel"]),
        room("Registry", ["DurableModel"]),
        room("Engine", ["DurableModel", "Registry", "ServiceProtocol"]),
        room("Partition", ["DurableModel", "Registry", "ServiceProtocol", "Engine"]),
        room("Store", ["DurableModel", "Registry", "ServiceProtocol", "Engine", "CSQLite", "CShims"]),
        room("EventLoop", ["CUV", "CShims"]),
        room("TLS", ["COpenSSL"]),
        room("HTTP", ["EventLoop", "TLS", "CNghttp2", "CShims"]),
        room("Endpoints", ["DurableModel", "ServiceProtocol", "HTTP", "EventLoop", "TLS"]),
        room("ControlProtocol"),
        room("Systemd", ["CSystemd", "CShims", "Logging"]),
        room("Configuration", ["DurableModel"]),
        room(
            "Runtime",
            [
                "DurableModel", "Registry", "ServiceProtocol", "Engine", "Partition", "Store", "EventLoop", "HTTP",
                "Endpoints", "ControlProtocol", "Logging",
            ]
        ),
        room("Introspection", ["DurableModel", "ServiceProtocol", "Store", "ControlProtocol", "CSQLite", "CShims"]),
        room(
            "Operations",
            ["DurableModel", "Registry", "Engine", "Partition", "Endpoints", "Runtime", "ControlProtocol", "Logging"]
        ),
        room(
            "ControlServer",
            [
                "DurableModel", "Registry", "Engine", "Operations", "Runtime", "ControlProtocol", "EventLoop",
                "Logging",
            ]
        ),
        room(
            "IngressAPI",
            [
                "DurableModel", "Registry", "ServiceProtocol", "Engine", "Partition", "Runtime", "Operations", "HTTP",
                "Logging",
            ]
        ),
        room(
            "AdminAPI",
            [
                "DurableModel", "Registry", "Engine", "Partition", "Runtime", "Operations", "HTTP", "ControlProtocol",
                "Logging",
            ]
        ),
        room("CommandLine", ["ControlProtocol"]),
        room("Simulation", ["DurableModel", "Registry", "ServiceProtocol", "Engine", "Partition"]),

        program(
            "perdured",
            [
                "DurableModel", "Configuration", "Logging", "Systemd", "EventLoop", "Store", "Partition", "Endpoints",
                "HTTP", "TLS", "Runtime", "Operations", "ControlServer", "IngressAPI", "AdminAPI", "Engine",
                "Registry", "ControlProtocol", "CShims",
            ],
            linked: carriesSwift
        ),
        program("perdured-query", ["Introspection", "ControlProtocol"], linked: carriesSwift),
        program("perdure", ["CommandLine"], linked: carriesSwift),
        program(
            "perdure-bench",
            ["DurableModel", "ServiceProtocol", "EventLoop", "HTTP", "ControlProtocol", "Engine", "Store"]
        ),

        program("perdure-simulation", ["Simulation"]),
        room(
            "Fuzzing",
            [
                "DurableModel", "ServiceProtocol", "Registry", "Engine", "Partition", "Simulation", "Store", "HTTP",
                "Endpoints", "ControlProtocol", "Configuration", "Introspection", "IngressAPI", "AdminAPI",
                "GoldenRecordings",
            ]
        ),

        .target(
            name: "GoldenRecordings",
            dependencies: ["ControlProtocol"],
            path: "Tests/GoldenRecordings",
            swiftSettings: strict
        ),
        .target(name: "Processes", path: "Tests/Processes", swiftSettings: strict),
        tests("DurableModelTests", ["DurableModel"]),
        tests("LoggingTests", ["Logging"]),
        tests("ServiceProtocolTests", ["ServiceProtocol", "DurableModel", "GoldenRecordings"]),
        tests("RegistryTests", ["Registry", "DurableModel"]),
        tests(
            "EngineTests",
            ["Engine", "Registry", "ServiceProtocol", "DurableModel", "Simulation", "GoldenRecordings"]
        ),
        tests("PartitionTests", ["Partition", "Engine", "Registry", "ServiceProtocol", "DurableModel", "Simulation"]),
        tests(
            "StoreTests",
            ["Store", "Engine", "Registry", "ServiceProtocol", "DurableModel", "Simulation", "CSQLite"],
            exclude: ["Fixtures"]
        ),
        tests("EventLoopTests", ["EventLoop", "Processes"]),
        tests("TLSTests", ["TLS"]),
        tests("HTTPTests", ["HTTP", "EventLoop", "TLS", "COpenSSL"]),
        tests(
            "EndpointsTests",
            ["Endpoints", "ServiceProtocol", "DurableModel", "HTTP", "EventLoop", "TLS", "GoldenRecordings"]
        ),
        tests("ControlProtocolTests", ["ControlProtocol", "DurableModel"]),
        tests("SystemdTests", ["Systemd", "Logging", "Processes"]),
        tests("ConfigurationTests", ["Configuration", "DurableModel"]),
        tests(
            "RuntimeTests",
            [
                "Runtime", "Partition", "Engine", "Registry", "Simulation", "DurableModel", "EventLoop", "HTTP",
                "Logging", "ControlProtocol",
            ]
        ),
        tests(
            "IntrospectionTests",
            [
                "Introspection", "Store", "Engine", "Registry", "ServiceProtocol", "ControlProtocol", "DurableModel",
                "GoldenRecordings",
            ]
        ),
        tests(
            "OperationsTests",
            [
                "Operations", "Runtime", "Partition", "Engine", "Registry", "Simulation", "DurableModel", "Endpoints",
                "EventLoop", "HTTP",
            ]
        ),
        tests(
            "IngressAPITests",
            [
                "IngressAPI", "HTTP", "ServiceProtocol", "Engine", "Registry", "DurableModel", "ControlProtocol",
                "GoldenRecordings",
            ]
        ),
        tests(
            "AdminAPITests",
            [
                "AdminAPI", "HTTP", "Operations", "Engine", "Registry", "DurableModel", "ControlProtocol",
                "GoldenRecordings",
            ]
        ),
        tests("ControlServerTests", ["ControlServer", "ControlProtocol", "EventLoop", "Logging"]),
        tests("CommandLineTests", ["CommandLine", "ControlProtocol", "DurableModel"]),
        tests("SimulationTests", ["Simulation", "Partition", "Engine", "Registry", "ServiceProtocol", "DurableModel"]),
        tests("FuzzTests", ["Fuzzing", "DurableModel", "Engine", "ServiceProtocol", "GoldenRecordings"]),
        tests("ArchitectureTests", []),
        tests("EndToEndTests", ["ControlProtocol", "DurableModel"], exclude: ["services"]),
    ] + fuzzer
)
