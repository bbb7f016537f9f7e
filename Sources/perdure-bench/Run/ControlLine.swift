import ControlProtocol
import EventLoop

/// A connection to the daemon's control socket with any number of requests under way.
final class ControlLine: ByteStreamDelegate {
    private let loop: EventLoop
    private let stream: ByteStream
    private var decoder = ControlFrameDecoder(bytesMax: ControlFrame.answerBytesMax)
    private var waiting: [ControlMessageID: (Result<ControlPayload, ControlError>) -> Void] = [:]
    private var lastNumber: Int64 = 0
    private(set) var failure: BenchError?

    /// Connects and says hello.
    init(_ socket: String, on loop: EventLoop) throws(BenchError) {
        self.loop = loop
        stream = try Self.connect(socket, on: loop)
        stream.delegate = self
        _ = try ask(Hello.self, Hello.Parameters())
    }

    func close() { stream.close() }

    /// Asks for one thing and hands over what comes of it.
    func send<Operation: ControlOperation>(
        _ operation: Operation.Type,
        _ parameters: Operation.Parameters,
        then: @escaping (Result<Operation.Result, ControlError>) -> Void
    ) {
        lastNumber += 1
        let id = ControlMessageID.number(lastNumber)
        waiting[id] = { [unowned self] result in
            switch result {
            case .failure(let error): then(.failure(error))
            case .success(let payload):
                do throws(ControlProtocolError) {
                    then(.success(try payload.result(Operation.Result.self)))
                } catch {
                    fail(error)
                }
            }
        }
        do throws(ControlProtocolError) {
            stream.write(try ControlCodec.request(id: id, method: Operation.method.rawValue, parameters))
        } catch {
            fail(error)
        }
    }

    /// Asks for one thing and waits for it; a refusal ends the measurement.
    func ask<Operation: ControlOperation>(
        _ operation: Operation.Type,
        _ parameters: Operation.Parameters
    ) throws(BenchError) -> Operation.Result {
        var answer: Result<Operation.Result, ControlError>?
        send(operation, parameters) { answer = $0 }
        while answer == nil {
            if let failure { throw failure }
            loop.flushDirtyStreams()
            loop.runOnce(wait: true)
        }
        switch answer {
        case .success(let result): return result
        case .failure(let error): throw .failed("\(Operation.method.rawValue) was refused: \(error.message)")
        case nil: throw .failed("the control socket gave no answer")
        }
    }

    private static func connect(_ socket: String, on loop: EventLoop) throws(BenchError) -> ByteStream {
        var result: Result<ByteStream, EventLoopError>?
        ByteStream.connect(loop: loop, to: .unix(path: socket), timeoutMilliseconds: 1000) { result = $0 }
        while result == nil { loop.runOnce(wait: true) }
        switch result {
        case .success(let stream): return stream
        case .failure(let error): throw .loop(error)
        case nil: throw .failed("the control socket gave no answer")
        }
    }

    private func fail(_ error: ControlProtocolError) { failure = failure ?? .failed("the control socket: \(error)") }

    func byteStream(_ stream: ByteStream, received bytes: UnsafeRawBufferPointer) {
        decoder.append(bytes)
        do throws(ControlProtocolError) {
            while let payload = try decoder.next() {
                switch try ControlAnswer(payload: payload) {
                case .result(let id, let result): waiting.removeValue(forKey: id)?(.success(result))
                case .failure(let id?, let error): waiting.removeValue(forKey: id)?(.failure(error))
                case .failure(nil, let error): failure = failure ?? .failed("the control socket: \(error.message)")
                case .notification: break
                }
            }
        } catch {
            fail(error)
        }
    }

    func byteStreamEnded(_ stream: ByteStream) {
        failure = failure ?? .failed("the daemon closed the control socket")
    }

    func byteStreamFailed(_ stream: ByteStream, _ error: EventLoopError) { failure = failure ?? .loop(error) }

    func byteStreamDrained(_ stream: ByteStream) {}
}
