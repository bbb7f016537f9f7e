/// What a target of `Sources` may import. The table is the plan of `docs/architecture.md`, word for word.
struct Room {
    let name: String
    /// Other targets of this package, C libraries included.
    let rooms: Set<String>
    /// Modules of the toolchain and the system.
    let system: Set<String>

    /// What values and rules may know: nothing outside, so that the same rules run in a simulated world.
    static let pure: Set<String> = []
    /// What talks to the machine.
    static let machine: Set<String> = ["Glibc", "Synchronization"]
    /// What speaks JSON or dates to the outside.
    static let faces: Set<String> = machine.union(["FoundationEssentials"])

    init(_ name: String, _ rooms: Set<String>, _ system: Set<String>) {
        self.name = name
        self.rooms = rooms
        self.system = system
    }

    /// Each with the rooms below it only; C libraries stand in the one room that owns them.
    static let all: [Room] = [
        Room("Logging", [], machine),
        Room("DurableModel", [], pure),
        Room("ServiceProtocol", ["DurableModel"], pure),
        Room("Registry", ["DurableModel"], pure),
        Room("Engine", ["DurableModel", "Registry", "ServiceProtocol"], pure),
        Room("Partition", ["DurableModel", "Registry", "ServiceProtocol", "Engine"], pure),
        Room("Simulation", ["DurableModel", "Registry", "ServiceProtocol", "Engine", "Partition"], pure),
        Room("Store", ["DurableModel", "Registry", "ServiceProtocol", "Engine", "CSQLite", "CShims"], machine),
        Room("EventLoop", ["CUV", "CShims"], machine),
        Room("TLS", ["COpenSSL"], machine),
        Room("HTTP", ["EventLoop", "TLS", "CNghttp2", "CShims"], machine),
        Room("Endpoints", ["DurableModel", "ServiceProtocol", "HTTP", "EventLoop", "TLS"], faces),
        Room("ControlProtocol", ["DurableModel"], faces),
        Room("Systemd", ["CSystemd", "CShims", "Logging"], machine),
        Room("Configuration", ["DurableModel"], ["Glibc"]),
        Room(
            "Runtime",
            [
                "DurableModel", "Registry", "ServiceProtocol", "Engine", "Partition", "Store", "EventLoop", "HTTP",
                "Endpoints", "ControlProtocol", "Logging",
            ],
            machine
        ),
        Room(
            "Introspection",
            ["DurableModel", "ServiceProtocol", "Store", "ControlProtocol", "CSQLite", "CShims"],
            faces
        ),
        Room(
            "Operations",
            ["DurableModel", "Registry", "Engine", "Partition", "Endpoints", "Runtime", "ControlProtocol", "Logging"],
            faces
        ),
        Room(
            "ControlServer",
            [
                "DurableModel", "Registry", "Engine", "Operations", "Runtime", "ControlProtocol", "EventLoop",
                "Logging", "CShims",
            ],
            faces
        ),
        Room(
            "IngressAPI",
            [
                "DurableModel", "Registry", "ServiceProtocol", "Engine", "Partition", "Runtime", "Operations", "HTTP",
                "Logging",
            ],
            faces
        ),
        Room(
            "AdminAPI",
            [
                "DurableModel", "Registry", "Engine", "Partition", "Runtime", "Operations", "HTTP", "ControlProtocol",
                "Logging",
            ],
            faces
        ),
        Room("CommandLine", ["ControlProtocol", "DurableModel"], faces),
        Room(
            "Fuzzing",
            [
                "DurableModel", "ServiceProtocol", "Registry", "Engine", "Partition", "Simulation", "Store", "HTTP",
                "Endpoints", "ControlProtocol", "Configuration", "Introspection", "IngressAPI", "AdminAPI",
                "GoldenRecordings",
            ],
            faces
        ),
        Room(
            "perdured",
            [
                "DurableModel", "Configuration", "Logging", "Systemd", "EventLoop", "Store", "Partition", "Endpoints",
                "HTTP", "TLS", "Runtime", "Operations", "ControlServer", "IngressAPI", "AdminAPI", "Engine",
                "Registry", "ControlProtocol", "CShims",
            ],
            machine
        ),
        Room("perdured-query", ["Introspection", "ControlProtocol"], machine),
        Room("perdure", ["CommandLine"], machine),
        Room(
            "perdure-bench",
            ["DurableModel", "ServiceProtocol", "EventLoop", "HTTP", "ControlProtocol", "Engine", "Store"],
            machine
        ),
        Room("perdure-simulation", ["Simulation"], machine),
        Room("perdure-fuzz", ["Fuzzing", "CLibFuzzer"], faces),
    ]

    /// Modules that no room may import, with what to use instead.
    static let replacements: [String: String] = [
        "Foundation": "FoundationEssentials, in a room that speaks JSON; the full one costs every start its ICU tables",
        "FoundationNetworking": "the HTTP room",
        "Dispatch": "the event loop, or its pool for slow work",
        "XCTest": "Testing",
    ]
}
