/// What a peer may do, or a method demands. Each level includes those below it.
package enum ControlPrivilege: String, Codable, Comparable, CaseIterable, Sendable {
    /// Look at everything.
    case read
    /// Change deployments and invocations.
    case operate
    /// Change the daemon itself.
    case administer

    /// By rank, the weakest first.
    package static func < (left: ControlPrivilege, right: ControlPrivilege) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .read: 0
        case .operate: 1
        case .administer: 2
        }
    }
}
