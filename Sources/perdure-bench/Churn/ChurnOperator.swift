import ControlProtocol
import EventLoop

/// One operator: does one thing to the catalog after the other, with a pause in between.
final class ChurnOperator {
    let line: ControlLine
    /// Whether an answer is still to come.
    private(set) var isBusy = false
    private let record: ChurnRecord
    private let pauseMilliseconds: UInt64
    private var entropy: Lehmer
    private var isStopped = false
    private var acts = 0
    private let number: Int
    private let loop: EventLoop
    private lazy var timer = LoopTimer(loop: loop) { [unowned self] in act() }

    /// The same numbers in each run.
    private struct Lehmer: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    init(_ number: Int, _ record: ChurnRecord, _ line: ControlLine, _ loop: EventLoop, pauseMilliseconds: UInt64) {
        self.number = number
        self.record = record
        self.line = line
        self.loop = loop
        self.pauseMilliseconds = pauseMilliseconds
        entropy = Lehmer(state: UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    }

    func begin() { timer.schedule(afterMilliseconds: UInt64.random(in: 0...pauseMilliseconds, using: &entropy)) }

    /// Begins nothing new.
    func stop() {
        isStopped = true
        timer.close()
    }

    private func act() {
        guard !isStopped, let id = record.live.randomElement(using: &entropy) else { return }
        isBusy = true
        acts += 1
        switch Int.random(in: 0..<10, using: &entropy) {
        case 0..<4:
            let service = Int.random(in: 0..<record.services, using: &entropy)
            var parameters = RegisterDeployment.Parameters(uri: record.nextAddress(of: service))
            parameters.breaking = false
            line.send(RegisterDeployment.self, parameters) { [self] result in
                record.registered(service, result)
                rest()
            }
        case 4..<7:
            var parameters = UpdateDeployment.Parameters(id: id)
            parameters.additionalHeaders = ["x-churn": "\(number)-\(acts)"]
            line.send(UpdateDeployment.self, parameters) { [self] result in
                record.updated(result)
                rest()
            }
        default:
            line.send(RemoveDeployment.self, RemoveDeployment.Parameters(id: id, force: false)) { [self] result in
                record.removed(id, result)
                rest()
            }
        }
    }

    private func rest() {
        isBusy = false
        if !isStopped { timer.schedule(afterMilliseconds: pauseMilliseconds) }
    }
}
