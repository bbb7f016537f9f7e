import ControlProtocol
import EventLoop

/// Registers the endpoint over the daemon's control socket.
final class RegistrationCall: ByteStreamDelegate {
    private var decoder = ControlFrameDecoder(bytesMax: ControlFrame.answerBytesMax)
    private var answered: Set<ControlMessageID> = []
    private var failure: BenchError?

    private init() {}

    static func run(_ uri: String, socket: String, on loop: EventLoop) throws(BenchError) {
        let call = RegistrationCall()
        let stream = try call.connect(socket, on: loop)
        stream.delegate = call
        do throws(ControlProtocolError) {
            stream.write(
                try ControlCodec.request(id: .number(1), method: ControlMethod.hello.rawValue, Hello.Parameters())
            )
            try call.wait(for: .number(1), on: loop)
            stream.write(
                try ControlCodec.request(
                    id: .number(2),
                    method: RegisterDeployment.method.rawValue,
                    RegisterDeployment.Parameters(uri: uri)
                )
            )
            try call.wait(for: .number(2), on: loop)
        } catch {
            throw .failed("the control socket: \(error)")
        }
        stream.close()
        if let failure = call.failure { throw failure }
    }

    private func connect(_ socket: String, on loop: EventLoop) throws(BenchError) -> ByteStream {
        var result: Result<ByteStream, EventLoopError>?
        ByteStream.connect(loop: loop, to: .unix(path: socket), timeoutMilliseconds: 1000) { result = $0 }
        while result == nil { loop.runOnce(wait: true) }
        switch result {
        case .success(let stream): return stream
        case .failure(let error): throw .loop(error)
        case nil: throw .failed("the control socket gave no answer")
        }
    }

    private func wait(for id: ControlMessageID, on loop: EventLoop) throws(ControlProtocolError) {
        while !answered.contains(id), failure == nil {
            loop.flushDirtyStreams()
            loop.runOnce(wait: true)
            while let payload = try decoder.next() {
                switch try ControlAnswer(payload: payload) {
                case .result(let id, _): answered.insert(id)
                case .failure(_, let error): failure = .failed("registering failed: \(error.message)")
                case .notification: break
                }
            }
        }
    }

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) { decoder.append(bytes) }

    func byteStreamEnded(_ stream: ByteStream) { failure = .failed("the daemon closed the control socket") }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { failure = .loop(error) }

    func byteStreamDrained(_ stream: ByteStream) {}
}
