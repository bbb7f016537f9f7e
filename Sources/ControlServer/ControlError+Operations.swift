import ControlProtocol
import Engine
import Operations
import Registry
import Runtime

extension ControlError {
    /// The error of an operation under its number on the control socket: the only place that maps them.
    init(_ error: OperationError) {
        switch error {
        case .badAddress: self.init(.invalidAddress, error.sentence)
        case .badHeader: self.init(.invalidHeader, error.sentence)
        case .badDeploymentID: self.init(.deploymentNotFound, error.sentence)
        case .badInvocationID: self.init(.invocationNotFound, error.sentence)
        case .badStateVersion, .tooManyIDs: self.init(.invalidParameters, error.sentence)
        case .notDrained: self.init(.deploymentNotDrained, error.sentence)
        case .serviceNotFound, .handlerNotFound: self.init(.serviceNotFound, error.sentence)
        case .discovery(let discovery):
            self.init(.discoveryFailed, error.sentence)
            if let code = discovery.code { self = withRestateCode(code) }
        case .refused(let refusal): self.init(refusal)
        case .query(let query): self.init(query)
        }
    }

    private init(_ refusal: Refusal) {
        switch refusal {
        case .routing: self.init(.serviceNotFound, refusal.sentence)
        case .invocationNotFound: self.init(.invocationNotFound, refusal.sentence)
        case .operation(let reason, _, _): self.init(Self.code(of: reason), refusal.sentence)
        case .notYetCompleted: self.init(.invocationState, refusal.sentence)
        case .stateConflict: self.init(.stateConflict, refusal.sentence, advice: "look at it again and repeat")
        case .tooManyPatches: self.init(.stateBusy, refusal.sentence)
        case .statelessService: self.init(.stateRefused, refusal.sentence)
        case .registry(let error): self.init(error)
        case .inboxFull: self.init(.tooManyRequests, refusal.sentence)
        case .storageFull: self.init(.storageFull, refusal.sentence)
        case .storage, .misfit: self.init(.internalError, refusal.sentence)
        case .shuttingDown: self.init(.stopping, refusal.sentence)
        }
    }

    private static func code(of reason: OperationRefusal) -> ControlErrorCode {
        switch reason {
        case .notFound: .invocationNotFound
        case .completed, .isCompleted: .invocationCompleted
        case .notRunning, .notStarted, .notCompleted, .stillRunning, .runningOrUnpinned, .workflow: .invocationState
        case .deploymentUnknown, .protocolVersion, .handlerMissing: .invocationDeployment
        case .inputGone, .prefixUnsupported, .prefixOpen, .tooLarge: .invocationJournal
        }
    }

    private init(_ error: RegistryError) {
        let code: ControlErrorCode
        switch error {
        case .unknownDeployment: code = .deploymentNotFound
        case .unknownService: code = .serviceNotFound
        case .protocolRangeChanged: code = .deploymentProtocolChanged
        case .changedMeanwhile: code = .deploymentChanged
        case .retentionUnsupported: code = .serviceSettingRefused
        case .serviceTypeChanged, .handlersRemoved, .breaking: code = .breakingChange
        case .notDrained: code = .deploymentNotDrained
        case .inconsistentRows: code = .internalError
        case .reservedServiceName, .unsupportedProtocolVersions: code = .invalidManifest
        }
        self.init(code, error.description)
        if let restateCode = error.code { self = withRestateCode(restateCode) }
    }

    private init(_ error: QueryError) {
        switch error {
        case .refused(let refusal): self = refusal
        case .deadline: self.init(.queryTimeout, error.sentence)
        case .tooManyRows: self.init(.queryRefused, error.sentence)
        case .workerEnded: self.init(.queryRefused, error.sentence)
        case .busy, .unavailable: self.init(.queryUnavailable, error.sentence)
        case .stopping: self.init(.stopping, error.sentence)
        }
    }
}
