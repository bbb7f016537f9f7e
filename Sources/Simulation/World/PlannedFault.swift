/// One fault at one point of one turn.
package struct PlannedFault: Sendable, Hashable {
    /// Where in a turn the process ends, or what its disk says.
    package enum Point: Sendable, Hashable {
        /// The read after so many others fails, and the process ends.
        case read(Int)
        /// The commit is not written for want of room, and the process goes on.
        case full
        /// The store does not take the commit, and the process goes on.
        case refused
        /// The process ends within the commit; a new start finds it there or not.
        case commit(isWritten: Bool)
        /// The process ends after so many of the actions that follow the commit.
        case actions(Int)
    }

    /// Turns are counted from 1.
    package var turn: Int
    package var point: Point

    package init(turn: Int, point: Point) {
        self.turn = turn
        self.point = point
    }
}

extension PlannedFault.Point {
    /// Those of which each turn has one.
    static let single: [Self] = [.full, .refused, .commit(isWritten: false), .commit(isWritten: true)]

    /// A number for each, so that a fault can be named on a command line.
    package var number: Int {
        switch self {
        case .read(let count): Self.single.count + 2 * count
        case .actions(let count): Self.single.count + 2 * count + 1
        case .full, .refused, .commit: Self.single.firstIndex(of: self) ?? 0
        }
    }

    /// `nil` for what is the number of none.
    package init?(number: Int) {
        guard number >= 0 else { return nil }
        guard number >= Self.single.count else {
            self = Self.single[number]
            return
        }
        let rest = number - Self.single.count
        self = rest % 2 == 0 ? .read(rest / 2) : .actions(rest / 2)
    }
}
