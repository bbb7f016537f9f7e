/// What one control socket bears.
package struct ControlLimits: Sendable {
    /// Connections at a time: operators and their scripts, with room to spare. Each holds at most one request of a
    /// mebibyte that is not complete.
    package var connectionsMax = 64
    /// Requests of a connection that are not answered yet.
    package var requestsInFlightMax = 16
    /// How long a frame may take to arrive, and a peer to say hello. Peers are on this machine.
    package var frameMilliseconds: UInt64 = 10_000
    /// How long a peer may take none of the bytes it is sent.
    package var stallMilliseconds: UInt64 = 30_000
    /// Output that waits for a peer before no more of its requests are read.
    package var pendingOutputBytesMax = 4 << 20

    /// A longer frame is decoded on another thread: within the turn, a mebibyte would hold up everybody for tens of
    /// milliseconds.
    package var inlineFrameBytesMax = 64 << 10

    /// The limits above.
    package init() {}
}
