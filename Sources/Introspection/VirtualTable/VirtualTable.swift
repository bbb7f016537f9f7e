import CSQLite

/// A public table as SQLite sees it: a module of one table, which exists without being made, under its own name.
///
/// The callbacks of SQLite are one line each: they find the object and call the method of the same name. Memory that
/// SQLite must see begins with its own struct; ours follows.
final class VirtualTable {
    let table: PublicTable
    unowned let session: QuerySession
    /// The plans of the current statement, found again by their position.
    private var plans: [ScanPlan] = []

    init(table: PublicTable, session: QuerySession) {
        self.table = table
        self.session = session
    }

    /// Makes the table known to the session's connection.
    func register(on handle: OpaquePointer) -> Int32 {
        sqlite3_create_module_v2(
            handle,
            table.name,
            VirtualTableModule.callbacks,
            Unmanaged.passUnretained(self).toOpaque(),
            nil
        )
    }

    /// Tells SQLite the columns, which it reads as a statement that makes a table.
    func declare(on handle: OpaquePointer?) -> Int32 {
        session.authorizer.trusting { sqlite3_declare_vtab(handle, table.declaration) }
    }

    /// Forgets the plans of a statement that is over.
    func forgetPlans() {
        plans = []
    }

    func plan(_ index: Int) -> ScanPlan? {
        plans.indices.contains(index) ? plans[index] : nil
    }

    // MARK: Planning

    /// Rows of a table that grows without bound, for the planner's comparisons only.
    private static let rowsOfLargeTable = 1_000_000.0
    private static let rowsOfSmallTable = 100.0

    func bestIndex(_ info: UnsafeMutablePointer<sqlite3_index_info>) -> Int32 {
        var arguments: [ScanPlan.Argument] = []
        var rows = table.isLarge ? Self.rowsOfLargeTable : Self.rowsOfSmallTable
        for position in 0..<Int(info.pointee.nConstraint) {
            let constraint = info.pointee.aConstraint[position]
            guard constraint.usable != 0, let argument = argument(for: constraint),
                Self.comparesBytes(info, Int32(position))
            else { continue }
            arguments.append(argument)
            info.pointee.aConstraintUsage[position].argvIndex = Int32(arguments.count)
            rows /= selectivity(of: argument)
        }
        var plan = ScanPlan(columnsUsed: info.pointee.colUsed, arguments: arguments)
        plan.order = order(info)
        info.pointee.orderByConsumed = plan.order == nil ? 0 : 1
        let index = plans.firstIndex(of: plan) ?? plans.count
        if index == plans.count { plans.append(plan) }
        info.pointee.idxNum = Int32(index)
        info.pointee.estimatedCost = max(rows, 1) * 10
        info.pointee.estimatedRows = Int64(max(rows, 1))
        return SQLITE_OK
    }

    /// The order that is asked for, if rows can be read in it. SQLite passes no order on that puts NULLs where it does
    /// not itself, and sorts by itself where it asks several times, as for the values of an IN.
    private func order(_ info: UnsafeMutablePointer<sqlite3_index_info>) -> ScanPlan.Order? {
        guard info.pointee.nOrderBy == 1, let term = info.pointee.aOrderBy?.pointee else { return nil }
        let column = Int(term.iColumn)
        guard table.columns.indices.contains(column), table.columns[column].followsNumber else { return nil }
        return term.desc == 0 ? .ascending : .descending
    }

    private func argument(for constraint: sqlite3_index_constraint) -> ScanPlan.Argument? {
        let column = Int(constraint.iColumn)
        guard table.columns.indices.contains(column), let search = table.columns[column].search else { return nil }
        switch Int32(constraint.op) {
        case SQLITE_INDEX_CONSTRAINT_EQ:
            return ScanPlan.Argument(column: column, comparison: .equal)
        case SQLITE_INDEX_CONSTRAINT_NE:
            guard case .status = search else { return nil }
            return ScanPlan.Argument(column: column, comparison: .notEqual)
        default:
            return nil
        }
    }

    private func selectivity(of argument: ScanPlan.Argument) -> Double {
        if argument.comparison == .notEqual { return 4 }
        return switch table.columns[argument.column].search {
        case .invocationID: 100_000
        case .deploymentID, .status: 8
        case .plain, nil: 20
        }
    }

    /// Whether a comparison is by bytes, as ours are; with another collation fewer rows would be found than are equal.
    private static func comparesBytes(_ info: UnsafeMutablePointer<sqlite3_index_info>, _ position: Int32) -> Bool {
        guard let name = sqlite3_vtab_collation(info, position) else { return false }
        return sqlite3_stricmp(name, "BINARY") == 0
    }
}
