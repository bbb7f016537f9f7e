import DurableModel
import Engine
import EventLoop
import HTTP
import Logging
import Partition
import Registry
import Runtime
import Simulation

/// A runtime over a store in memory.
final class RuntimeFixture {
    let loop: EventLoop
    let runtime: Runtime
    let storage = MemoryStorage()

    init() throws {
        loop = try EventLoop()
        let partition = try Partition(
            storage: storage,
            catalog: Catalog(),
            settings: Settings(),
            seed: 1,
            now: Runtime.now
        )
        runtime = Runtime(
            loop: loop,
            client: HTTPClient(loop: loop),
            partition: partition,
            readOpening: { $0.unreadable("nothing is read here") },
            dataDirectory: "/nowhere",
            logger: .disabled
        )
    }

    deinit { loop.close() }
}
