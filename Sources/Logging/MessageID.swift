/// What an administrator must act on, or wants to find again. Each has an entry in `systemd/perdured.catalog`
/// that says what happened and what to do; `journalctl -x` shows it. The ids never change and are never used again.
package enum MessageID: String, CaseIterable, Sendable {
    /// The daemon serves.
    case started = "5498a78be221405c94b056b7364ef32e"
    /// The daemon has stopped in an orderly way.
    case stopped = "f2f9525d9df04b2dba68f357c9a46da9"
    /// The daemon cannot start.
    case startFailed = "7fed921191104cacb1816b62a826f9de"
    /// The disk is full: new work is refused until there is room.
    case diskFull = "16cb95fdffa24bd9bb575511e3b54dae"
    /// There is room on the disk again.
    case diskRoomAgain = "2f2915c511f14e66a96413989a7e9c4a"
    /// A commit failed with an I/O error: the daemon ends, since only a new start knows what is on disk.
    case commitFailed = "b1f4eba11a55453eb1cc2106dcbc91dd"
    /// The database was written by a newer version.
    case newerDatabaseRefused = "dde6959d4f234f9094c66f2aca720bb5"
    /// Another instance holds the data directory.
    case dataDirectoryHeld = "2340f79a04c84d02ad691a158d8183f6"
    /// A changed configuration key takes effect with the next start only.
    case configurationNeedsRestart = "1799fa9f9f504840b668f98973998b98"
    /// The configuration is wrong: a reload was refused, the old one stays.
    case configurationRefused = "e560fb224e654bdda02120d601c48ba3"
    /// An environment variable `PERDURE_…` that nothing reads.
    case environmentUnknown = "8906c983341e4f8da2c02c5cd505f8e6"
    /// A deployment cannot be reached.
    case deploymentUnreachable = "2e9498f60b7048fb94842f438bc62013"
    /// A service broke the protocol.
    case protocolViolated = "4bc684e2be554300b191ade667f18988"
    /// An invocation's retries are exhausted: it waits for an operator.
    case invocationPaused = "8e9d9c46ca324996be57f23f7b2a5ac4"
    /// A deployment was removed by force, invocations lost their code.
    case deploymentRemovedByForce = "9f65bd14d66d4ceeb2b86aff50a8d9a9"
    /// A deployment was read again in place, with invocations in flight on it.
    case deploymentReplacedByForce = "c09718765e0a44b4863b03392dfdd381"
    /// A command made a turn fail and was refused; the others were applied.
    case commandRefused = "fc8bcd4048e24899b360d58511c65791"
    /// A frame on the control socket was refused and its connection closed.
    case controlFrameRefused = "cd0a3624884f4a3884fffee22a54e149"
    /// A peer on the control socket has no right to what it asked for.
    case controlPeerRefused = "98492852203244f380cf9b61f82864f2"
    /// Connections cannot be accepted for want of descriptors or memory.
    case acceptFailed = "8db2b35fc7d0490a9c41a9202d705e52"
    /// The query worker overran its time or memory and was ended.
    case queryWorkerEnded = "4865961342de456787cd9bf71a56f12e"
    /// The wall clock jumped forward: retention waits before it deletes.
    case clockJumped = "ce87dd22bac442ac9065c718992c4224"
    /// Log records were lost because they came faster than they could be written.
    case recordsDropped = "7ffd04f302444b1b809825896babfe03"
    /// A passed socket is not what its name says.
    case passedSocketRefused = "d5e45b5ca663425e90b10e9185d40f88"
}
