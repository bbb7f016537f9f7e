import AdminAPI
import Configuration
import ControlProtocol
import ControlServer
import Endpoints
import EventLoop
import Glibc
import HTTP
import IngressAPI
import Logging
import Operations
import Runtime
import Systemd

/// The daemon's sockets and what serves them. Bound at once, open to peers only from `open` on.
final class Faces {
    private struct HTTPFace {
        var server: HTTPServer
        /// The server holds its handler weakly.
        var handler: any HTTPServerHandler
        var listeners: [Listener]
    }

    private let logger: Logger
    private let ingress: IngressServer
    private var http: [HTTPFace] = []
    private let control: ControlServer
    private let controlHandler: ControlOperations
    /// The socket file that is ours to remove; a passed socket is the service manager's.
    private let controlFile: ControlSocketFile?

    init(
        configuration: DaemonConfiguration,
        passed: PassedSockets,
        runtime: Runtime,
        operations: Operations,
        identity: RequestIdentity?,
        logger: Logger
    ) throws(DaemonError) {
        self.logger = logger
        ingress = IngressServer(runtime: runtime, bodyBytesMax: configuration.requestBytesMax)
        http.append(
            try Self.face(
                ingress,
                passed.descriptors(.ingress),
                "ingress-address",
                configuration.ingressAddress,
                configuration,
                runtime
            )
        )
        let ingressEndpoint = http[0].listeners.first.map { "http://\($0.localAddress)/" }
        if let address = configuration.adminAddress {
            let admin = AdminServer(
                operations: operations,
                ingressEndpoint: ingressEndpoint,
                allowsRemote: configuration.adminAllowRemote
            )
            http.append(
                try Self.face(
                    admin,
                    passed.descriptors(.admin),
                    "admin-address",
                    address,
                    configuration,
                    runtime
                )
            )
        }
        (control, controlFile) = try Self.control(
            configuration,
            passed.descriptors(.control).first,
            runtime.loop,
            logger
        )
        controlHandler = ControlOperations(
            operations: operations,
            server: control,
            facts: ControlOperations.Facts(
                processID: Int(getpid()),
                startedAt: ControlTime(milliseconds: Runtime.now.milliseconds),
                dataDirectory: configuration.dataDirectory,
                ingressAddress: http.first?.listeners.first?.localAddress.description,
                adminAddress: http.count > 1 ? http.last?.listeners.first?.localAddress.description : nil,
                requestIdentityPublicKey: identity?.publicKey
            ),
            renderOpenAPI: { name in
                let catalog = operations.runtime.catalog
                return AdminResponses.openAPI(of: name, catalog: catalog, ingressEndpoint: ingressEndpoint).body
            }
        )
        control.handler = controlHandler
    }

    private static func face(
        _ handler: any HTTPServerHandler,
        _ descriptors: [Int32],
        _ key: String,
        _ address: ListenAddress,
        _ configuration: DaemonConfiguration,
        _ runtime: Runtime
    ) throws(DaemonError) -> HTTPFace {
        var limits = HTTPServerLimits()
        limits.bodyBytesMax = configuration.bodyBytesInFlightMax
        let server = HTTPServer(loop: runtime.loop, handler: handler, limits: limits)
        runtime.add(server)
        guard let socket = SocketAddress(numericHost: address.host, port: address.port) else {
            throw .badAddress(key: key, address.description)
        }
        var listeners: [Listener] = []
        do throws(EventLoopError) {
            for descriptor in descriptors {
                listeners.append(try Listener(loop: runtime.loop, inherited: descriptor))
            }
            if descriptors.isEmpty { listeners.append(try Listener(loop: runtime.loop, address: socket)) }
        } catch {
            throw .address(key: key, error)
        }
        return HTTPFace(server: server, handler: handler, listeners: listeners)
    }

    private static func control(
        _ configuration: DaemonConfiguration,
        _ descriptor: Int32?,
        _ loop: EventLoop,
        _ logger: Logger
    ) throws(DaemonError) -> (ControlServer, ControlSocketFile?) {
        var group: UInt32?
        if let name = configuration.controlSocketGroup {
            guard let entry = getgrnam(name) else { throw .unknownGroup(name) }
            group = entry.pointee.gr_gid
        }
        if let descriptor {
            let listener: Listener
            do { listener = try Listener(loop: loop, inherited: descriptor) } catch { throw .loop(error) }
            let owner = group ?? listener.localAddress.unixPath.flatMap(ControlSocketFile.groupID(ofSocketAt:))
            let access = PeerAccess(daemonUserID: getuid(), operatorGroupID: owner)
            return (ControlServer(loop: loop, listener: listener, access: access, log: logger), nil)
        }
        do {
            let file = try ControlSocketFile(
                loop: loop,
                path: configuration.controlSocket,
                access: group.map { .group($0) } ?? .ownerOnly
            )
            let access = PeerAccess(daemonUserID: getuid(), operatorGroupID: group)
            return (ControlServer(loop: loop, listener: file.listener, access: access, log: logger), file)
        } catch {
            throw .control(error)
        }
    }

    /// Takes up changed limits.
    func reload(_ configuration: DaemonConfiguration) { ingress.bodyBytesMax = configuration.requestBytesMax }

    /// Lets peers in.
    func open() {
        for face in http {
            for listener in face.listeners {
                logger.log(.notice, "listening", [.address(listener.localAddress.description)])
                face.server.serve(listener)
            }
        }
        control.start()
    }

    /// Operators are turned away. Callers and health checks still get an answer: that the server stops.
    func stopControl() {
        control.stop()
    }

    /// Takes no more connections, and says so to those that there are.
    func drain() {
        for face in http {
            face.server.drain {}
            face.server.flush()
        }
    }

    /// Ends all connections and removes the socket file.
    func close() {
        for face in http { face.server.close() }
        control.close()
        controlFile?.remove()
    }
}
