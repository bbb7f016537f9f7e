import ControlProtocol

extension DeploymentStatus {
    /// The status in its colour.
    var cell: Cell {
        switch self {
        case .active: Cell(rawValue, .good)
        case .draining: Cell(rawValue, .attention)
        case .drained: Cell(rawValue, .faint)
        }
    }
}

extension InvocationStatus {
    /// The status in its colour.
    var cell: Cell { Cell(rawValue, style) }

    private var style: Style {
        switch self {
        case .scheduled, .pending, .ready, .suspended: .plain
        case .running: .good
        case .backingOff, .paused: .attention
        case .completed: .faint
        }
    }
}

extension DaemonState {
    /// The state in its colour.
    var cell: Cell {
        switch self {
        case .serving: Cell(rawValue, .good)
        case .recovering, .stopping: Cell(rawValue, .attention)
        case .storageFull: Cell(rawValue, .bad)
        }
    }
}
