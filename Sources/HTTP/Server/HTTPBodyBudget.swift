/// Bodies being collected, of all connections together. At the limit all but one of the collecting connections stop
/// reading: the one goes on, so that some body always completes and gives its bytes back.
struct HTTPBodyBudget {
    var bytesMax = Int.max
    private(set) var bytes = 0
    private weak var holder: HTTPServerConnection?
    private var waiting: [HTTPServerConnection] = []

    mutating func take(_ count: Int) { bytes += count }

    /// Whether that connection may read on; if not, it will be resumed.
    mutating func mayRead(_ connection: HTTPServerConnection) -> Bool {
        guard bytes > bytesMax else { return true }
        if holder == nil { holder = connection }
        if holder === connection { return true }
        waiting.append(connection)
        return false
    }

    /// Gives bytes back; returns the connections that may read again.
    mutating func give(_ count: Int, _ connection: HTTPServerConnection) -> [HTTPServerConnection] {
        bytes -= count
        if holder === connection { holder = nil }
        waiting.removeAll { $0.isClosed }
        guard bytes <= bytesMax || holder == nil, !waiting.isEmpty else { return [] }
        if bytes > bytesMax {
            let next = waiting.removeFirst()
            holder = next
            return [next]
        }
        defer { waiting = [] }
        return waiting
    }
}
