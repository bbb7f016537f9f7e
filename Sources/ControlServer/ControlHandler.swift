import ControlProtocol

/// What carries out the requests of the control socket.
package protocol ControlHandler: AnyObject {
    /// A peer that may do so has called a method (never `hello`, which the server answers itself). It decodes
    /// the request's parameters by its types. Sooner or later, or at once, the answer goes to `ControlServer.reply` under
    /// this handle. Called on the loop's thread.
    func handle(_ method: ControlMethod, _ request: ControlRequest, from peer: ControlPeer, reply: ControlReplyHandle)
}

/// Names a request that waits for its answer. A value: it may cross threads and outlive the connection, in which
/// case the answer is dropped.
package struct ControlReplyHandle: Hashable, Sendable {
    let connection: UInt64
    let request: UInt64
}
