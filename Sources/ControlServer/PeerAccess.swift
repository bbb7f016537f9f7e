import ControlProtocol
import EventLoop

/// Who is at the other end of a control connection, and what that one may do. Decided once, when it connects.
package struct ControlPeer: Hashable, Sendable {
    /// The user of its process.
    package let userID: UInt32
    /// Its process.
    package let processID: Int32
    /// What it may do.
    package let privilege: ControlPrivilege

    /// A peer of this standing.
    package init(userID: UInt32, processID: Int32, privilege: ControlPrivilege) {
        self.userID = userID
        self.processID = processID
        self.privilege = privilege
    }
}

/// The rule of who may do what: the superuser and the daemon's own user administer, members of the socket's group
/// operate, nobody else has any business here.
package struct PeerAccess: Sendable {
    private let daemonUserID: UInt32
    private let operatorGroupID: UInt32?

    /// The rule for a daemon of this user. Without a group, only administrators are let in.
    package init(daemonUserID: UInt32, operatorGroupID: UInt32?) {
        self.daemonUserID = daemonUserID
        self.operatorGroupID = operatorGroupID
    }

    /// What a process of this user, with these groups (its own one and the supplementary ones), may do; nil is nothing.
    package func privilege(userID: UInt32, groupID: UInt32, otherGroupIDs: [UInt32]) -> ControlPrivilege? {
        if userID == 0 || userID == daemonUserID { return .administer }
        guard let operatorGroupID else { return nil }
        return groupID == operatorGroupID || otherGroupIDs.contains(operatorGroupID) ? .operate : nil
    }

    func peer(of stream: ByteStream) -> (credentials: PeerCredentials?, peer: ControlPeer?) {
        guard let credentials = stream.peerCredentials else { return (nil, nil) }
        let privilege = privilege(
            userID: credentials.uid,
            groupID: credentials.gid,
            otherGroupIDs: stream.peerGroups
        )
        let peer = privilege.map {
            ControlPeer(userID: credentials.uid, processID: credentials.pid, privilege: $0)
        }
        return (credentials, peer)
    }
}
