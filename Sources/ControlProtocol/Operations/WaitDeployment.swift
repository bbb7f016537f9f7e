/// Waits until a deployment is drained. Whenever something changes the daemon sends `deployments.progress` with
/// `DrainReport`, the first at once.
package enum WaitDeployment: ControlOperation {
    package static let method = ControlMethod.deploymentsWait

    package struct Parameters: ControlParameters, Hashable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case id, timeoutMilliseconds }

        package var id: String
        /// The longest wait; absent for one without end.
        package var timeoutMilliseconds: Int?

        /// A wait for this deployment.
        package init(id: String, timeoutMilliseconds: Int? = nil) {
            self.id = id
            self.timeoutMilliseconds = timeoutMilliseconds
        }

        package static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    }

    package struct Result: Codable, Hashable, Sendable {
        package var id: String
        /// Whether it is drained; otherwise the time was up.
        package var isDrained: Bool
        package var progress: DrainReport

        /// The end of a wait.
        package init(id: String, isDrained: Bool, progress: DrainReport) {
            self.id = id
            self.isDrained = isDrained
            self.progress = progress
        }
    }
}

/// How far a deployment is from being drained; also the parameters of the notification `deployments.progress`.
package struct DrainReport: Codable, Hashable, Sendable {
    /// The name of the notification.
    package static let method = "deployments.progress"

    package var status: DeploymentStatus
    /// Services of which it serves the latest revision: while there are any it does not drain.
    package var serving: [String]
    /// Unfinished invocations that need it.
    package var unfinishedInvocations: Int
    /// The same by service, handler and status, in this order.
    package var work: [WorkReport]

    /// This far.
    package init(status: DeploymentStatus, serving: [String], unfinishedInvocations: Int, work: [WorkReport]) {
        self.status = status
        self.serving = serving
        self.unfinishedInvocations = unfinishedInvocations
        self.work = work
    }
}

/// Unfinished work of one handler in one status that needs a deployment.
package struct WorkReport: Codable, Hashable, Sendable {
    package var service: String
    package var handler: String
    package var status: InvocationStatus
    package var count: Int
    /// Pinned to the deployment; otherwise not begun, and able to start there alone.
    package var isPinned: Bool

    /// So many.
    package init(service: String, handler: String, status: InvocationStatus, count: Int, isPinned: Bool) {
        self.service = service
        self.handler = handler
        self.status = status
        self.count = count
        self.isPinned = isPinned
    }
}

/// An unfinished invocation that needs a deployment.
package struct BlockerReport: Codable, Hashable, Sendable {
    package var id: String
    package var target: String
    package var status: InvocationStatus
    package var createdAt: ControlTime
    /// For people; absent while it runs.
    package var waitsFor: String?

    /// An invocation of these facts.
    package init(
        id: String,
        target: String,
        status: InvocationStatus,
        createdAt: ControlTime,
        waitsFor: String? = nil
    ) {
        self.id = id
        self.target = target
        self.status = status
        self.createdAt = createdAt
        self.waitsFor = waitsFor
    }
}
