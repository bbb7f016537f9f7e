/// The first exchange of a connection: both ends say who they are.
package enum Hello: ControlOperation {
    package static let method = ControlMethod.hello

    /// What the calling end says.
    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case protocolVersion, programVersion }

        /// The newest protocol version it speaks.
        package var protocolVersion: Int
        /// The version of its program, for people.
        package var programVersion: String

        /// By default those of this program.
        package init(
            protocolVersion: Int = ControlVersion.current,
            programVersion: String = ProgramVersion.current
        ) {
            self.protocolVersion = protocolVersion
            self.programVersion = programVersion
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    /// What the daemon says.
    package struct Result: Codable, Hashable, Sendable {
        /// The version that both speak from now on: the lower of the two.
        package var protocolVersion: Int
        /// The version of the daemon's program, for people.
        package var programVersion: String
        /// What this peer may do.
        package var privilege: ControlPrivilege

        /// The answer to a peer of this privilege.
        package init(
            protocolVersion: Int,
            programVersion: String = ProgramVersion.current,
            privilege: ControlPrivilege
        ) {
            self.protocolVersion = protocolVersion
            self.programVersion = programVersion
            self.privilege = privilege
        }
    }
}
