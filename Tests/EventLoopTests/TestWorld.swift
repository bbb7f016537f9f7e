import EventLoop
import Glibc
import Testing

/// A loop with the means to wait for something: it turns until a condition holds, and gives up after a time no healthy run needs.
final class TestWorld {
    static let patienceMilliseconds: UInt64 = 20_000

    let loop: EventLoop
    private var gaveUp = false

    init() throws { loop = try EventLoop() }

    /// Turns the loop, flushing after each iteration, until the condition holds.
    func run(_ what: Comment, until condition: () -> Bool) throws {
        gaveUp = false
        let patience = LoopTimer(loop: loop) { self.gaveUp = true }
        patience.schedule(afterMilliseconds: Self.patienceMilliseconds)
        loop.flushDirtyStreams()
        while !condition() {
            try #require(!gaveUp, what)
            loop.runOnce(wait: true)
            loop.flushDirtyStreams()
        }
    }

    /// Turns the loop as often as said, without waiting: for what must not happen.
    func turn(_ times: Int = 5) {
        for _ in 0..<times {
            loop.runOnce(wait: false)
            loop.flushDirtyStreams()
        }
    }

    /// Both ends of a connection through a listener at `address`.
    func connect(_ address: SocketAddress) throws -> (client: Recorder, server: Recorder, listener: Listener) {
        let listener = try Listener(loop: loop, address: address)
        var server: ByteStream?
        var client: Result<ByteStream, EventLoopError>?
        listener.start { server = $0 }
        ByteStream.connect(loop: loop, to: listener.localAddress, timeoutMilliseconds: 10_000) { client = $0 }
        try run("the connection is made") { server != nil && client != nil }
        return (Recorder(try #require(try client?.get())), Recorder(try #require(server)), listener)
    }

    /// Both ends of a socket pair.
    func pair() throws -> (Recorder, Recorder) {
        let (ours, theirs) = try EventLoop.socketPair()
        return (
            Recorder(try ByteStream(loop: loop, adopting: ours)), Recorder(try ByteStream(loop: loop, adopting: theirs))
        )
    }
}

/// A delegate that keeps what it is told.
final class Recorder: ByteStreamDelegate {
    let stream: ByteStream
    var bytes: [UInt8] = []
    var receivedCalls = 0
    var ended = 0
    var drained = 0
    var errors: [EventLoopError] = []
    var onReceived: ((Recorder) -> Void)?

    init(_ stream: ByteStream) {
        self.stream = stream
        stream.delegate = self
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        self.bytes.append(contentsOf: bytes)
        receivedCalls += 1
        onReceived?(self)
    }

    func byteStreamEnded(_ stream: ByteStream) { ended += 1 }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { errors.append(error) }

    func byteStreamDrained(_ stream: ByteStream) { drained += 1 }
}

/// A fresh directory, removed with what is in it when this goes.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/perdure-test-XXXXXX".utf8CString)
        path = try template.withUnsafeMutableBufferPointer { template in
            String(cString: try #require(template.baseAddress.flatMap { mkdtemp($0) }))
        }
    }

    deinit {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                unlink("\(path)/\(name)")
            }
            closedir(directory)
        }
        rmdir(path)
    }
}

let anyPort = SocketAddress.loopback(port: 0)

extension SocketAddress {
    static func loopback(port: UInt16) -> SocketAddress {
        guard let address = SocketAddress(numericHost: "127.0.0.1", port: port) else { return .unix(path: "") }
        return address
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
