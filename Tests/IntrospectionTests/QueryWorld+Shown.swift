import ControlProtocol
import Introspection

extension QueryWorld {
    /// Times and lengths of time as the texts that they are shown as.
    static func shown(_ cell: QueryValue, _ column: ResultColumn) -> QueryValue {
        switch (column.type, cell) {
        case (.timestamp, .integer(let value)): .text(ControlTime(milliseconds: value).description)
        case (.duration, .integer(let value)): .text("PT\(value / 1000)S")
        default: cell
        }
    }
}
