internal import FleetModel
internal import Operations

/// Nodes from a table: CSV with a header, the Pi guide's `hostname,ip,stratum,gps,pps` with or without one, and lists of
/// `hostname ip`.
struct TableReading {
    private let path: String
    private let options: InventoryReadingOptions
    private var columns: [TableColumn] = []
    private var nodes: [ImportedNode] = []
    private var places: [NodeName: SourcePosition] = [:]
    private var groups: Set<GroupName> = []
    private var jumps: JumpResolution
    private var mistakes: [InventoryMistake] = []

    /// - Throws: `InventoryErrors`.
    static func read(
        _ text: String,
        path: String,
        separator: Character,
        options: InventoryReadingOptions
    ) throws(InventoryErrors) -> InventoryImport {
        var reader = TableReading(path: path, options: options)
        let rows: [[TableText.Cell]]
        do throws(TableText.Fault) {
            rows = try TableText.rows(text, separator: separator)
        } catch {
            let at = SourcePosition(file: path, line: error.line, column: error.column)
            throw InventoryErrors([InventoryMistake(error.reason, at: at)])
        }
        return try reader.imported(rows)
    }

    private init(path: String, options: InventoryReadingOptions) {
        self.path = path
        self.options = options
        self.jumps = JumpResolution(registered: options.registered)
    }

    private mutating func imported(_ rows: [[TableText.Cell]]) throws(InventoryErrors) -> InventoryImport {
        guard let first = rows.first else {
            let at = SourcePosition(file: path, line: 1, column: 1)
            throw InventoryErrors([InventoryMistake("the table is empty", advice: TableColumn.advice, at: at)])
        }
        let hasHeader = TableColumn.isHeader(first.map(\.text))
        columns = hasHeader ? header(first) : TableColumn.withoutHeader(first.map(\.text)) ?? []
        if columns.isEmpty, mistakes.isEmpty {
            refuse("the first line is no header", advice: TableColumn.advice, at: position(first[0]))
        }
        if mistakes.isEmpty { for row in rows.dropFirst(hasHeader ? 1 : 0) { read(row) } }
        jumps.resolve(in: &nodes)
        mistakes += jumps.mistakes
        guard mistakes.isEmpty else { throw InventoryErrors(mistakes) }
        return InventoryImport(
            nodes: nodes,
            groups: groups.sorted().map(Group.init(name:)),
            warnings: jumps.warnings,
            groupScope: columns.contains(.groups) ? .membership : .none
        )
    }

    private mutating func header(_ cells: [TableText.Cell]) -> [TableColumn] {
        var seen: Set<TableColumn> = []
        return cells.compactMap { cell in
            do throws(UsageError) {
                let column = try TableColumn(cell.text)
                if !seen.insert(column).inserted {
                    refuse("column “\(cell.text.quotedForMessage)” stands twice", at: position(cell))
                }
                return column
            } catch {
                refuse("column: \(error.problem)", advice: error.advice, at: position(cell))
                return nil
            }
        }
    }

    private mutating func read(_ row: [TableText.Cell]) {
        let extra = row.dropFirst(columns.count).first { !$0.text.isEmpty }
        if let extra { return refuse("the line has more cells than the header", at: position(extra)) }
        let cells = zip(columns, row).filter { !$0.1.text.isEmpty }
        guard let name = cells.first(where: { $0.0 == .name }), let host = cells.first(where: { $0.0 == .host }) else {
            return refuse("the line has no name or no host", at: position(row[0]))
        }
        guard let nodeName = check(name.1, { (text) throws(UsageError) in try NodeName(text) }),
            let address = check(host.1, { (text) throws(UsageError) in try HostAddress(text) })
        else { return }
        if let first = places.updateValue(position(name.1), forKey: nodeName) {
            return refuse("“\(nodeName)” stands twice; first at \(first)", at: position(name.1))
        }
        let node = Node(name: nodeName, host: address, user: options.defaultUser)
        var imported = ImportedNode(node, named: [.host], at: position(name.1))
        for (column, cell) in cells { set(column, cell, of: &imported) }
        if columns.contains(where: \.isLabel) { imported.named.insert(.labels) }
        if columns.contains(.groups) { imported.named.insert(.groups) }
        nodes.append(imported)
    }

    private mutating func set(_ column: TableColumn, _ cell: TableText.Cell, of imported: inout ImportedNode) {
        var node = imported.node
        switch column {
        case .name, .host: return
        case .jump:
            jumps.add([JumpSpecification(cell.text)], of: node.name, at: position(cell))
            return
        case .groups:
            // Whatever separates them in the spreadsheet at hand; none of these can be in a name.
            for word in cell.text.split(whereSeparator: { ";,| ".contains($0) }) {
                let part = TableText.Cell(text: String(word), line: cell.line, column: cell.column)
                guard let group = check(part, { (text) throws(UsageError) in try GroupName(text) }) else { continue }
                groups.insert(group)
                node.groups.insert(group)
            }
        case .user, .port, .location, .description, .profile, .identityFile, .label:
            guard check(cell, { (text) throws(UsageError) in try column.assign(text, to: &node) }) != nil else {
                return
            }
        }
        imported.node = node
        if let field = column.field { imported.named.insert(field) }
    }

    private mutating func check<Value>(
        _ cell: TableText.Cell,
        _ body: (String) throws(UsageError) -> Value
    ) -> Value? {
        do throws(UsageError) {
            return try body(cell.text)
        } catch {
            refuse(error.problem, advice: error.advice, at: position(cell))
            return nil
        }
    }

    private mutating func refuse(_ problem: String, advice: String? = nil, at position: SourcePosition) {
        mistakes.append(InventoryMistake(problem, advice: advice, at: position))
    }

    private func position(_ cell: TableText.Cell) -> SourcePosition {
        SourcePosition(file: path, line: cell.line, column: cell.column)
    }
}
