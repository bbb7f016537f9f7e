import Configuration
import DurableModel
import Endpoints
import EventLoop
import Glibc
import HTTP
import Logging
import Operations
import Partition
import Runtime
import Store
import Systemd
import TLS

/// The daemon's parts, made in the order in which they depend on each other and ended in the reverse one.
final class Daemon {
    let configuration: DaemonConfiguration
    let logger: Logger
    let manager = ServiceManager()
    let loop: EventLoop
    let store: SQLiteStore
    let client: HTTPClient
    /// What signs the requests to deployments, if anything does.
    let identity: RequestIdentity?
    let runtime: Runtime
    let operations: Operations
    let faces: Faces
    /// What of the configuration is in force; a reload changes part of it.
    var running: DaemonConfiguration
    let readConfiguration: () throws(ConfigurationFailure) -> LoadedConfiguration
    var signals: [SignalWatch] = []
    var watchdog: Watchdog?

    /// Opens the store, recovers, and binds every address; nobody is served yet.
    init(
        _ configuration: DaemonConfiguration,
        readConfiguration: @escaping () throws(ConfigurationFailure) -> LoadedConfiguration,
        logger: Logger
    ) throws(DaemonError) {
        self.configuration = configuration
        self.running = configuration
        self.readConfiguration = readConfiguration
        self.logger = logger
        let passed: PassedSockets
        do { passed = try PassedSockets.take() } catch { throw .passedSockets(error) }
        do { loop = try EventLoop() } catch { throw .loop(error) }
        let patience = StartPatience(manager)
        do {
            store = try SQLiteStore(directory: configuration.dataDirectory) { patience.extend() }
        } catch {
            throw .store(error)
        }
        var limits = HTTPClientLimits()
        limits.connectMilliseconds = Int(clamping: configuration.connectTimeout.milliseconds)
        do throws(TLSError) {
            // Read before anything is served: a wrong file ends the start, and not the first request.
            let tls = try configuration.extraAuthorities.map { (path) throws(TLSError) in
                try TLSContext(extraAuthorities: path)
            }
            client = HTTPClient(loop: loop, limits: limits, tls: tls)
            identity = try configuration.requestIdentityKeyFile.map { (path) throws(TLSError) in
                RequestIdentity(key: try SigningKey(pemFile: path))
            }
        } catch {
            throw .tls(error)
        }
        let partition = try Self.recover(store, configuration)
        store.endRecovery()
        runtime = Runtime(
            loop: loop,
            client: client,
            partition: partition,
            readOpening: { [reader = store.openingReader] in reader.read($0) },
            messageBytesInFlightMax: configuration.bodyBytesInFlightMax,
            identity: identity,
            dataDirectory: configuration.dataDirectory,
            logger: logger
        )
        let queries = QueryWorkers(
            loop: loop,
            program: Self.siblingProgram("perdured-query"),
            arguments: [configuration.dataDirectory, String(configuration.queryMemoryBytesMax)],
            limits: Self.queryLimits(configuration),
            logger: logger
        )
        operations = Operations(
            runtime: runtime,
            discovery: Discovery(loop: loop, client: client, identity: identity),
            queries: queries
        )
        faces = try Faces(
            configuration: configuration,
            passed: passed,
            runtime: runtime,
            operations: operations,
            identity: identity,
            logger: logger
        )
    }

    private static func recover(
        _ store: SQLiteStore,
        _ configuration: DaemonConfiguration
    ) throws(DaemonError) -> Partition {
        var generator = SystemRandomNumberGenerator()
        do {
            return try Partition(
                storage: store,
                catalog: try store.catalog(),
                settings: configuration.settings,
                seed: generator.next(),
                now: Timestamp(milliseconds: EventLoop.wallClockMilliseconds())
            )
        } catch {
            throw .recovery("\(error)")
        }
    }

    static func queryLimits(_ configuration: DaemonConfiguration) -> QueryLimits {
        var limits = QueryLimits()
        limits.workersMax = configuration.queryWorkers
        limits.rowsMax = configuration.queryRowsMax
        limits.deadlineMilliseconds = Int(clamping: configuration.queryTimeout.milliseconds)
        return limits
    }

    /// The absolute path of a program that is installed beside this one.
    private static func siblingProgram(_ name: String) -> String {
        guard let path = realpath("/proc/self/exe", nil) else { return "/usr/bin/" + name }
        defer { free(path) }
        return String(cString: path).split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/" + name
    }
}
