import ControlProtocol
import EventLoop
import Glibc
import Logging
import Testing

@testable import ControlServer

@Suite struct PeerAccessTests {
    private typealias Case = (user: UInt32, group: UInt32, others: [UInt32], expected: ControlPrivilege?)

    @Test(
        arguments: [
            (0, 0, [], .administer), (500, 500, [], .administer), (1_000, 77, [], .operate),
            (1_000, 1_000, [1, 77], .operate),
            (1_000, 1_000, [], nil), (1_000, 500, [500, 78], nil), (65_534, 65_534, [65_534], nil),
        ] as [(UInt32, UInt32, [UInt32], ControlPrivilege?)]
    )
    func `who may do what`(user: UInt32, group: UInt32, others: [UInt32], expected: ControlPrivilege?) {
        let access = PeerAccess(daemonUserID: 500, operatorGroupID: 77)
        #expect(access.privilege(userID: user, groupID: group, otherGroupIDs: others) == expected)
    }

    @Test func `without a group only administrators are let in`() {
        let access = PeerAccess(daemonUserID: 500, operatorGroupID: nil)
        #expect(access.privilege(userID: 1_000, groupID: 77, otherGroupIDs: [0]) == nil)
        #expect(access.privilege(userID: 500, groupID: 77, otherGroupIDs: []) == .administer)
    }

    @Test func `a method above the peer's privilege is refused and logged`() throws {
        let world = try ControlWorld()
        defer { world.close() }
        let (ours, theirs) = try EventLoop.socketPair()
        let session = ControlSession(
            id: 1_000,
            loop: world.loop,
            stream: try ByteStream(loop: world.loop, adopting: ours),
            peer: ControlPeer(userID: 1, processID: 2, privilege: .read),
            limits: ControlLimits(),
            owner: world.server
        )
        let peer = Peer(try ByteStream(loop: world.loop, adopting: theirs))
        peer.send(id: 1, .hello, Hello.Parameters())
        peer.send(id: 2, .deploymentsRemove, IdentifierParameters(id: "inv_1"))
        peer.send(id: 3, .status, NoParameters())
        try world.run("asked") { world.handler.calls.count == 1 && peer.answers.count == 2 }
        #expect(peer.errors.map(\.code) == [ControlErrorCode.notPermitted.rawValue])
        #expect(world.handler.calls[0].peer.privilege == .read)
        #expect(world.records.records.map(\.id) == [.controlPeerRefused])
        session.close()
    }
}
