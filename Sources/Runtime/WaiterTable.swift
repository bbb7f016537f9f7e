import DurableModel
import Engine

/// Who stands behind a `RequestID`: closures in slots, each used once. An id whose slot was given to another is nobody.
struct WaiterTable {
    private struct Slot {
        var generation: UInt32 = 0
        var body: ((Answer) -> Void)?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    private(set) var count = 0

    /// Keeps `body` until it is taken; the id names it.
    mutating func add(_ body: @escaping (Answer) -> Void) -> RequestID {
        let index = free.popLast() ?? slots.count
        if index == slots.count { slots.append(Slot()) }
        slots[index].body = body
        count += 1
        return RequestID(rawValue: UInt64(slots[index].generation) << 32 | UInt64(index))
    }

    /// Takes the body of a request out, if it is still there.
    mutating func take(_ request: RequestID) -> ((Answer) -> Void)? {
        let index = Int(request.rawValue & 0xffff_ffff)
        guard index < slots.count, slots[index].generation == UInt32(truncatingIfNeeded: request.rawValue >> 32),
            let body = slots[index].body
        else { return nil }
        slots[index].body = nil
        slots[index].generation &+= 1
        free.append(index)
        count -= 1
        return body
    }
}
