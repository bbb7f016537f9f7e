import ControlProtocol
import ControlServer
import EventLoop
import Glibc
import Logging
import Testing

/// A control server on a real socket with peers on the same loop, turned until something has happened.
final class ControlWorld {
    /// No healthy run needs so long.
    static let patienceMilliseconds: UInt64 = 20_000

    let loop: EventLoop
    let directory: String
    let path: String
    let file: ControlSocketFile
    let server: ControlServer
    let handler = EchoHandler()
    let records = CollectingSink()
    private var gaveUp = false

    /// By default everybody is let in whom the kernel lets, which is this user.
    init(limits: ControlLimits = ControlLimits(), operatorGroupID: UInt32? = nil) throws {
        loop = try EventLoop()
        directory = try Self.makeDirectory()
        path = directory + "/control.sock"
        file = try ControlSocketFile(loop: loop, path: path, access: .ownerOnly)
        server = ControlServer(
            loop: loop,
            listener: file.listener,
            access: PeerAccess(daemonUserID: getuid(), operatorGroupID: operatorGroupID),
            limits: limits,
            log: .direct(records)
        )
        handler.server = server
        server.handler = handler
        server.start()
    }

    static func makeDirectory() throws -> String {
        var template = Array("/tmp/perdure-XXXXXX".utf8CString)
        let made = mkdtemp(&template) != nil
        try #require(made)
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Ends everything.
    func close() {
        server.close()
        file.remove()
        loop.close()
        rmdir(directory)
    }

    /// Turns the loop until the condition holds.
    func run(_ what: Comment, until condition: () -> Bool) throws {
        gaveUp = false
        let patience = LoopTimer(loop: loop) { self.gaveUp = true }
        patience.schedule(afterMilliseconds: Self.patienceMilliseconds)
        // A condition may write, so flush after it and before waiting.
        while !condition() {
            try #require(!gaveUp, what)
            loop.flushDirtyStreams()
            loop.runOnce(wait: true)
        }
        loop.flushDirtyStreams()
    }

    /// A new connection; nothing is said yet.
    func connect() throws -> Peer {
        var result: Result<ByteStream, EventLoopError>?
        ByteStream.connect(loop: loop, to: .unix(path: path), timeoutMilliseconds: 10_000) { result = $0 }
        try run("connected") { result != nil }
        let stream = try #require(try result?.get())
        return Peer(stream)
    }

    /// A new connection that has said hello. Where the time for that is short and the machine busy, it may come too
    /// late and is tried again.
    func greeted() throws -> Peer {
        while true {
            let peer = try connect()
            peer.send(id: 0, .hello, Hello.Parameters())
            try run("greeted or refused") { !peer.answers.isEmpty || peer.hasEnded }
            if peer.ids == [.number(0)] {
                peer.answers = []
                return peer
            }
        }
    }
}

/// One end of a connection, which keeps what it is told.
final class Peer: ByteStreamDelegate {
    let stream: ByteStream
    var answers: [ControlAnswer] = []
    var hasEnded = false
    private var decoder = ControlFrameDecoder(bytesMax: ControlFrame.answerBytesMax)

    init(_ stream: ByteStream) {
        self.stream = stream
        stream.delegate = self
    }

    func send<Parameters: Encodable>(id: Int64, _ method: ControlMethod, _ parameters: Parameters) {
        send((try? ControlCodec.request(id: .number(id), method: method.rawValue, parameters)) ?? [])
    }

    func send(_ bytes: [UInt8]) { stream.write(bytes) }

    /// A frame of this text.
    func send(text: String) {
        send((try? ControlFrame.encode(Array(text.utf8), bytesMax: ControlFrame.answerBytesMax)) ?? [])
    }

    /// The errors among the answers.
    var errors: [ControlError] {
        answers.compactMap { answer in
            guard case .failure(_, let error) = answer else { return nil }
            return error
        }
    }

    /// The ids of the answers, in order; nil for an error without one.
    var ids: [ControlMessageID?] {
        answers.map { answer in
            switch answer {
            case .result(let id, _): id
            case .failure(let id, _): id
            case .notification: nil
            }
        }
    }

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        decoder.append(bytes)
        while let payload = try? decoder.next(), let answer = try? ControlAnswer(payload: payload) {
            answers.append(answer)
        }
    }

    func byteStreamEnded(_ stream: ByteStream) { hasEnded = true }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { hasEnded = true }

    func byteStreamDrained(_ stream: ByteStream) {}
}

/// Answers `deployments.remove` with the id at once, keeps everything else for the test.
final class EchoHandler: ControlHandler {
    weak var server: ControlServer?
    var calls: [(method: ControlMethod, request: ControlRequest, peer: ControlPeer, reply: ControlReplyHandle)] = []

    func handle(_ method: ControlMethod, _ request: ControlRequest, from peer: ControlPeer, reply: ControlReplyHandle) {
        guard method == .deploymentsRemove else {
            calls.append((method, request, peer, reply))
            return
        }
        do throws(ControlError) {
            let parameters = try request.parameters(IdentifierParameters.self)
            server?.reply(reply, result: IdentifierParameters(id: parameters.id))
        } catch {
            server?.reply(reply, error: error)
        }
    }
}
