import DurableModel
import Engine
import Registry

/// How the work of one service stands.
package struct ServiceStatusView: Sendable {
    /// Unfinished invocations of one handler by state.
    package struct HandlerWork: Sendable, Equatable {
        package var handler: String
        package var counts: [InvocationStatus: Int]
    }

    /// An unfinished invocation.
    package struct Oldest: Sendable, Equatable {
        package var id: String
        package var target: String
        /// As `sys_invocation.status` has it.
        package var status: String
        /// RFC 3339.
        package var createdAt: String
    }

    /// A key that invocations wait for.
    package struct BlockedKey: Sendable, Equatable {
        package var key: String
        /// How many wait behind the one that has it.
        package var waiting: Int
        /// The id of the invocation that has it.
        package var holder: String?
    }

    package var service: String
    /// `nil` for a service that is gone while work of it is not.
    package var latest: RoutedRevision?
    /// Sorted by handler; those without work too, if the latest revision has them.
    package var handlers: [HandlerWork]
    /// The oldest unfinished one.
    package var oldest: Oldest?
    /// Those that most wait for, at most `blockedKeysMax`.
    package var blockedKeys: [BlockedKey]

    /// How many blocked keys are named for a service.
    package static let blockedKeysMax = 20
}
