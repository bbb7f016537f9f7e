import DurableModel
import ServiceProtocol

/// One attempt of one of the benchmark's handlers as a value: bytes in, bytes out. It replays like an SDK, so that
/// retries and suspensions do no harm to a measurement.
struct HandlerRun {
    enum Phase {
        case awaitingStart
        /// So many entries of the journal are still to come.
        case replaying(entries: Int)
        case running
        case ended
        /// The server sent what is no service protocol.
        case broken
    }

    private static let messageBytesMax = 1 << 20
    /// What each step gives; small, as results of steps usually are.
    private static let stepResult = Array(#""done""#.utf8)

    private(set) var phase = Phase.awaitingStart
    private let version: Int
    private let stepCount: UInt32
    /// Sleeps once, until the moment that the input begins with, in milliseconds; that is its only step.
    private let naps: Bool
    private var decoder = FrameDecoder(payloadBytesMax: messageBytesMax)
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    /// Steps whose command is in the journal, and those whose result is; steps go one after the other.
    private var stepsBegun: UInt32 = 0
    private var stepsDone: UInt32 = 0
    private var hasOutput = false

    /// Nil for a protocol version or a handler that is not served.
    init?(_ contentType: ArraySlice<UInt8>, path: ArraySlice<UInt8>) {
        switch contentType.last {
        case UInt8(ascii: "5"): version = 5
        case UInt8(ascii: "6"): version = 6
        case UInt8(ascii: "7"): version = 7
        default: return nil
        }
        naps = path.last == UInt8(ascii: "p")
        switch path.last {
        case UInt8(ascii: "g"), UInt8(ascii: "t"): stepCount = 0
        case UInt8(ascii: "s"): stepCount = 3
        case UInt8(ascii: "p"): stepCount = 1
        default: return nil
        }
    }

    mutating func takeOutput() -> [UInt8] {
        let bytes = output
        output = []
        return bytes
    }

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        decoder.append(bytes)
        do {
            while let frame = try decoder.next() { try take(frame) }
        } catch {
            phase = .broken
        }
    }

    /// No acknowledgement comes any more: the attempt ends until there is one.
    mutating func inputEnded() {
        guard case .running = phase else { return }
        emit(.suspension(.flat([.completion(stepsDone + 1)])))
        phase = .ended
    }

    private mutating func take(_ frame: MessageFrame) throws(ProtocolError) {
        let message = try ServerMessage.decode(frame)
        switch (phase, message) {
        case (.awaitingStart, .start(let start)):
            phase = .replaying(entries: Int(start.knownEntries))
        case (.replaying(let entries), _):
            replay(message)
            phase = entries > 1 ? .replaying(entries: entries - 1) : .running
            if entries <= 1 { goOn() }
        case (.running, .runAck(let id)):
            stepsDone = id
            goOn()
        case (.running, .notification(let notification)):
            if case .completion(let id) = notification.id { stepsDone = id }
            goOn()
        case (.awaitingStart, _), (.running, _), (.ended, _), (.broken, _): break
        }
    }

    private mutating func replay(_ message: ServerMessage) {
        switch message {
        case .command(let command):
            switch command.operation {
            case .input(_, let value): input = value
            case .run(let id), .sleep(_, let id): stepsBegun = id
            case .output: hasOutput = true
            default: break
            }
        case .notification(let notification):
            if case .completion(let id) = notification.id { stepsDone = max(stepsDone, id) }
        case .start, .commandAck, .runAck: break
        }
    }

    private mutating func goOn() {
        guard stepsDone < stepCount else {
            if !hasOutput { emit(.command(Command(.output(.value(input))))) }
            emit(.end)
            phase = .ended
            return
        }
        let step = stepsDone + 1
        if naps { return nap(step) }
        if stepsBegun < step {
            stepsBegun = step
            emit(.command(Command(.run(completionID: step), name: "step")))
        }
        emit(
            .proposeRunCompletion(completionID: step, result: .value(Self.stepResult), requestedAck: version >= 7)
        )
    }

    private mutating func nap(_ step: UInt32) {
        if stepsBegun < step {
            stepsBegun = step
            let digits = input.drop { $0 == UInt8(ascii: "\"") }.prefix { (0x30...0x39).contains($0) }
            let wakeUp = UInt64(String(decoding: digits, as: UTF8.self)) ?? 0
            emit(.command(Command(.sleep(wakeUpTimeMilliseconds: wakeUp, completionID: step))))
        }
        if version >= 7 { emit(.awaitingOn(.flat([.completion(step)]), executingSideEffects: false)) }
    }

    private mutating func emit(_ message: ServiceMessage) {
        message.frame(version: version).encode(into: &output)
    }
}
