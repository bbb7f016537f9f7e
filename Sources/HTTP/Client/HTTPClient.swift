import EventLoop
import TLS

/// Requests to endpoints, over pools of connections. Made and used on the loop's thread. Like a server's, its output only
/// gathers: the owner calls `flush`, then `EventLoop.flushDirtyStreams`, at the end of its turn.
package final class HTTPClient {
    let loop: EventLoop
    let limits: HTTPClientLimits
    private var tls: TLSContext?
    private var pools: [HTTPEndpoint: HTTPClientPool] = [:]
    private var dirty: [HTTPClientConnection] = []
    /// Exchanges opened after `close`: they fail in the next `flush`, not inside `open`.
    private var refused: [HTTPExchange] = []
    private var timer: LoopTimer?
    private var isTicking = false
    private var isClosed = false

    /// Connects to nobody before an exchange is opened. Without `tls` the system's authorities are trusted.
    package init(loop: EventLoop, limits: HTTPClientLimits = HTTPClientLimits(), tls: TLSContext? = nil) {
        self.loop = loop
        self.limits = limits
        self.tls = tls
        timer = LoopTimer(loop: loop) { [unowned self] in tick() }
    }

    /// Made when the first endpoint asks for it: most have none that does.
    func trust() throws(TLSError) -> TLSContext {
        if let tls { return tls }
        let made = try TLSContext()
        tls = made
        return made
    }

    var nowMilliseconds: UInt64 { loop.monotonicNanoseconds / 1_000_000 }

    /// Opens an exchange. With `hasBody` its body is what is written until `endBody`.
    package func open(
        _ head: HTTPHead,
        to endpoint: HTTPEndpoint,
        hasBody: Bool,
        delegate: any HTTPExchangeDelegate
    ) -> HTTPExchange {
        let exchange = HTTPExchange(endpoint, head, hasBody: hasBody, delegate: delegate)
        guard !isClosed else {
            refused.append(exchange)
            return exchange
        }
        let pool: HTTPClientPool
        if let known = pools[endpoint] {
            pool = known
        } else {
            pool = HTTPClientPool(self, endpoint)
            pools[endpoint] = pool
        }
        pool.open(exchange)
        scheduleTick()
        return exchange
    }

    /// Open connections to that endpoint.
    package func connectionCount(to endpoint: HTTPEndpoint) -> Int {
        pools[endpoint]?.connections.count ?? 0
    }

    func markDirty(_ connection: HTTPClientConnection) { dirty.append(connection) }

    /// Makes the output of this turn ready to be sent. To be called right before `EventLoop.flushDirtyStreams`.
    package func flush() {
        let failed = refused
        refused = []
        for exchange in failed { exchange.failed(.closed) }
        let connections = dirty
        dirty = []
        for connection in connections { connection.flush() }
    }

    /// `flush` has work again.
    package var wantsFlush: Bool { !dirty.isEmpty || !refused.isEmpty }

    /// Ends all connections at once; exchanges under way fail with `.closed`.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        timer?.close()
        timer = nil
        let all = pools
        pools = [:]
        for pool in all.values { pool.close() }
    }

    private static let tickMilliseconds: UInt64 = 1000

    private func scheduleTick() {
        guard !isTicking, !isClosed else { return }
        isTicking = true
        timer?.schedule(afterMilliseconds: Self.tickMilliseconds)
    }

    private func tick() {
        isTicking = false
        let now = nowMilliseconds
        for (endpoint, pool) in pools {
            pool.tick(now)
            if pool.isUnused { pools[endpoint] = nil }
        }
        if !pools.isEmpty { scheduleTick() }
    }
}
