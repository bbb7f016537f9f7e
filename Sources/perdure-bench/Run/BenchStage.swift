import EventLoop
import Glibc

/// What every measurement with a daemon of its own stands on: a directory, the machine's rates there, and the processes.
final class BenchStage {
    let machine: MachineRates
    let world: BenchWorld
    /// `perdure`, where it lies beside this program.
    let client: String
    private let directory: BenchDirectory

    /// No disk makes anything durable in less.
    private static let syncMicrosecondsMin = 10.0

    /// By `--daemon` and `--directory`. Nothing is started yet.
    init(_ flags: BenchFlags) throws(BenchError) {
        let programs = try BenchWorld.ownPath().split(separator: "/").dropLast().map { "/" + $0 }.joined()
        client = programs + "/perdure"
        directory = try BenchDirectory(in: flags["directory"] ?? programs)
        machine = try MachineRates(directory: directory.path)
        if machine.syncMicrosecondsP50 < Self.syncMicrosecondsMin {
            BenchProgram.say("warning: \(directory.path) seems to lie in memory; give --directory on a real disk")
        }
        let loop: EventLoop
        do throws(EventLoopError) { loop = try EventLoop() } catch { throw .loop(error) }
        world = try BenchWorld(loop, daemon: flags["daemon"] ?? programs + "/perdured", directory: directory.path)
    }

    func close() {
        world.stop()
        directory.remove()
    }
}
