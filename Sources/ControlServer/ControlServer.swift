import ControlProtocol
import EventLoop
import Logging

/// Serves the control socket: lets peers in, frames to requests, requests to the handler, answers back. It knows no
/// operation. Everything here belongs to the loop's thread.
package final class ControlServer {
    /// Carries out the requests. Until it is set they are answered with `not-ready`.
    package weak var handler: (any ControlHandler)?

    private let loop: EventLoop
    private let listener: Listener
    private let access: PeerAccess
    private let limits: ControlLimits
    private let log: Logger
    private var sessions: [UInt64: ControlSession] = [:]
    private var connectionCount: UInt64 = 0
    private var isStopping = false

    /// A server on a listening Unix socket; nobody is let in before `start`.
    package init(
        loop: EventLoop,
        listener: Listener,
        access: PeerAccess,
        limits: ControlLimits = ControlLimits(),
        log: Logger
    ) {
        self.loop = loop
        self.listener = listener
        self.access = access
        self.limits = limits
        self.log = log
        listener.onProblem = { error in
            log.warning(
                "cannot accept connections to the control socket",
                id: .acceptFailed,
                [.error(error.description)]
            )
        }
    }

    /// Lets peers in from now on.
    package func start() {
        listener.start { [unowned self] stream in accept(stream) }
    }

    /// Lets nobody in any more. Requests under way are still answered, new ones are refused with `stopping`.
    package func stop() {
        isStopping = true
        listener.close()
        for session in sessions.values { session.isStopping = true }
    }

    /// Ends all connections. What has been written leaves, as far as the peers take it at once.
    package func close() {
        stop()
        for session in Array(sessions.values) { session.close() }
    }

    /// How many connections there are.
    package var connections: Int { sessions.count }

    // MARK: Answers

    /// Answers a request with its result. A long result, of more than some hundred lines, is written as JSON on
    /// another thread (`isLong`), so that the turn does not wait for it.
    package func reply<Result: Encodable & Sendable>(
        _ handle: ControlReplyHandle,
        result: Result,
        isLong: Bool = false
    ) {
        guard isLong else {
            sessions[handle.connection]?.reply(handle.request) { ControlCodec.response(id: $0, result: result) }
            return
        }
        guard let session = sessions[handle.connection], let id = session.messageID(handle.request) else {
            // Not worth a thread; a request that wants no answer is over nevertheless.
            sessions[handle.connection]?.reply(handle.request) { _ in [] }
            return
        }
        loop.offload {
            ControlCodec.response(id: id, result: result)
        } then: { [weak self] frame in
            self?.sessions[handle.connection]?.reply(handle.request) { _ in frame }
        }
    }

    /// Answers a request with an error.
    package func reply(_ handle: ControlReplyHandle, error: ControlError) {
        sessions[handle.connection]?.reply(handle.request) { ControlCodec.response(id: $0, error: error) }
    }

    /// Tells the peer of a request under way how it goes. Parameters that cannot be written are left out: a
    /// notification is a courtesy.
    package func notify(_ handle: ControlReplyHandle, method: String, _ parameters: some Encodable) {
        guard let session = sessions[handle.connection],
            let frame = try? ControlCodec.notification(method: method, parameters)
        else { return }
        session.notify(handle.request, frame)
    }

    /// Whether somebody still waits for this answer.
    func isAwaited(_ handle: ControlReplyHandle) -> Bool {
        sessions[handle.connection]?.isInFlight(handle.request) ?? false
    }

    // MARK: Peers

    private static let strangerError = ControlError(
        .notPermitted,
        "The control socket is for the superuser, the daemon's user and the socket's group; this process is none of them.",
        advice: "become a member of the group (control-socket-group), or use sudo"
    )

    private func accept(_ stream: ByteStream) {
        let (credentials, peer) = access.peer(of: stream)
        guard let peer else {
            turnAway(stream, Self.strangerError)
            log.warning(
                "refused a peer of the control socket",
                id: .controlPeerRefused,
                [.peer(credentials.map { "uid \($0.uid), pid \($0.pid)" } ?? "unknown")]
            )
            return
        }
        guard sessions.count < limits.connectionsMax else {
            turnAway(stream, ControlError(.tooManyConnections, advice: "close some, or wait"))
            log.warning(
                "refused a connection to the control socket: there are too many",
                [.peer(Self.name(peer)), .count(Int64(sessions.count))]
            )
            return
        }
        connectionCount += 1
        let session = ControlSession(
            id: connectionCount,
            loop: loop,
            stream: stream,
            peer: peer,
            limits: limits,
            owner: self
        )
        session.isStopping = isStopping
        sessions[session.id] = session
    }

    private func turnAway(_ stream: ByteStream, _ error: ControlError) {
        stream.write(ControlCodec.response(id: nil, error: error))
        stream.flush()
        stream.close()
    }

    private static func name(_ peer: ControlPeer) -> String { "uid \(peer.userID), pid \(peer.processID)" }
}

extension ControlServer: ControlSessionOwner {
    func session(
        _ session: ControlSession,
        received method: ControlMethod,
        _ request: ControlRequest,
        as number: UInt64
    ) {
        let handle = ControlReplyHandle(connection: session.id, request: number)
        guard let handler else { return reply(handle, error: ControlError(.notReady)) }
        handler.handle(method, request, from: session.peer, reply: handle)
    }

    func session(_ session: ControlSession, refused error: ControlError) {
        log.warning(
            "refused a frame on the control socket",
            id: .controlFrameRefused,
            [
                .peer(Self.name(session.peer)), .error(error.message),
                .errorCode(error.data?.name ?? String(error.code)),
            ]
        )
    }

    func session(_ session: ControlSession, denied method: ControlMethod) {
        log.warning(
            "refused a request on the control socket",
            id: .controlPeerRefused,
            [.peer(Self.name(session.peer)), .operation(method.rawValue)]
        )
    }

    func sessionEnded(_ session: ControlSession) { sessions.removeValue(forKey: session.id) }
}
