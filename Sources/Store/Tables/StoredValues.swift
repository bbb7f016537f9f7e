import DurableModel
import Engine
import Registry

// The numbers that stand in rows for values whose raw form is a text. They are part of the file format: a number is
// never given to another value.

extension ServiceType {
    init?(stored: Int64) {
        switch stored {
        case 0: self = .service
        case 1: self = .virtualObject
        case 2: self = .workflow
        default: return nil
        }
    }

    var stored: Int {
        switch self {
        case .service: 0
        case .virtualObject: 1
        case .workflow: 2
        }
    }
}

extension HandlerType {
    init?(stored: Int64) {
        switch stored {
        case 0: self = .plain
        case 1: self = .exclusive
        case 2: self = .shared
        case 3: self = .workflowRun
        default: return nil
        }
    }

    var stored: Int {
        switch self {
        case .plain: 0
        case .exclusive: 1
        case .shared: 2
        case .workflowRun: 3
        }
    }
}

extension ProtocolMode {
    init?(stored: Int64) {
        switch stored {
        case 0: self = .bidiStream
        case 1: self = .requestResponse
        default: return nil
        }
    }

    var stored: Int {
        switch self {
        case .bidiStream: 0
        case .requestResponse: 1
        }
    }
}

extension HTTPVersion {
    init?(stored: Int64) {
        switch stored {
        case 1: self = .http1
        case 2: self = .http2
        default: return nil
        }
    }

    var stored: Int {
        switch self {
        case .http1: 1
        case .http2: 2
        }
    }
}

extension OnMaxAttempts {
    init?(stored: Int64) {
        switch stored {
        case 0: self = .pause
        case 1: self = .kill
        default: return nil
        }
    }

    var stored: Int {
        switch self {
        case .pause: 0
        case .kill: 1
        }
    }
}

extension CatalogHistoryRecord.Act {
    var stored: Int {
        switch self {
        case .registered: 0
        case .overwritten: 1
        case .removed: 2
        case .updated: 3
        case .configured: 4
        }
    }
}

extension StorageError {
    /// A row that another version, another program or a broken disk wrote.
    static func undecodable(_ table: String, _ row: String, _ column: String) -> StorageError {
        .refused("the row \(row) of \(table) does not decode: its \(column) is none that this version knows")
    }
}
