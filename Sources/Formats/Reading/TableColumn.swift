internal import FleetModel
internal import Operations

/// What one column of a table holds; every column that is not ours is a label.
enum TableColumn: Hashable {
    case name
    case host
    case user
    case port
    case jump
    case groups
    case location
    case description
    case profile
    case identityFile
    case label(LabelKey)

    static let advice =
        "the header is name,host,user,port and, if wanted, jump,groups,location,description,profile "
        + "and labels; or hostname,ip,stratum,gps,pps"

    /// - Throws: `UsageError` when the heading can be no label either.
    init(_ heading: String) throws(UsageError) {
        switch heading.lowercased() {
        case "name", "hostname", "node": self = .name
        case "host", "ip", "address": self = .host
        case "user", "username": self = .user
        case "port": self = .port
        case "jump": self = .jump
        case "groups", "group": self = .groups
        case "location": self = .location
        case "description": self = .description
        case "profile": self = .profile
        case "identity_file": self = .identityFile
        default: self = .label(try LabelKey(heading.hasPrefix("label.") ? String(heading.dropFirst(6)) : heading))
        }
    }

    var isLabel: Bool { if case .label = self { true } else { false } }

    var field: NodeField? {
        switch self {
        case .name: nil
        case .host: .host
        case .user: .user
        case .port: .port
        case .jump: .jump
        case .groups: .groups
        case .location: .location
        case .description: .description
        case .profile: .profile
        case .identityFile: .identityFile
        case .label: .labels
        }
    }

    /// True when these cells name the two columns that no table is without.
    static func isHeader(_ cells: [String]) -> Bool {
        let columns = cells.compactMap { try? TableColumn($0) }
        return columns.contains(.name) && columns.contains(.host)
    }

    /// `hostname,ip[,stratum[,gps[,pps]]]`, as the scripts of the Pi guide read it; nil for every other shape.
    static func withoutHeader(_ cells: [String]) -> [TableColumn]? {
        guard (2...5).contains(cells.count), (try? HostAddress(cells[1])) != nil, (try? NodeName(cells[0])) != nil
        else { return nil }
        // Two bare words may as well be a header with a typing mistake.
        guard cells[1].contains(".") || cells[1].contains(":") else { return nil }
        if cells.count > 2, UInt8(cells[2]) == nil { return nil }
        let labels = ["stratum", "gps", "pps"].compactMap { try? TableColumn($0) }
        return [.name, .host] + labels.prefix(cells.count - 2)
    }

    /// Puts the text of a cell into a node.
    ///
    /// - Throws: `UsageError`.
    func assign(_ cell: String, to node: inout Node) throws(UsageError) {
        let text = TableCell.unguarded(cell)
        switch self {
        case .name, .host, .jump, .groups: break
        case .user: node.user = try UserName(text)
        case .port: node.port = try Port(text)
        case .location: node.location = try OneLine(text)
        case .description: node.details = try OneLine(text)
        case .profile: node.profile = try Node.Profile(checked: text)
        case .identityFile: node.identityFile = try OneLine(text)
        case .label(let key): node.labels[key] = try OneLine(text)
        }
    }
}

/// Cells that a spreadsheet would take for formulas get an apostrophe, which an import takes off again.
enum TableCell {
    static func guarded(_ text: String) -> String {
        startsFormula(text[...]) || text.hasPrefix("'") ? "'" + text : text
    }

    static func unguarded(_ text: String) -> String {
        let rest = text.dropFirst()
        return text.hasPrefix("'") && (startsFormula(rest) || rest.hasPrefix("'")) ? String(rest) : text
    }

    private static func startsFormula(_ text: Substring) -> Bool {
        text.first.map { "=+-@\t\r".contains($0) } == true
    }
}
