/// Which columns fit, and how wide each is. Made from the fleet's totals, so that rows never move while one scrolls.
struct DashboardLayout: Hashable, Sendable {
    struct Place: Hashable, Sendable {
        var column: DashboardColumn
        var width: Int
    }

    static let gap = 2
    private(set) var places: [Place]

    init(_ totals: FleetTotals, columns: Int) {
        var widths: [DashboardColumn: Int] = [
            .name: min(totals.longestName, max(8, columns / 5)), .state: Self.stateWidth(totals),
            .seen: DashboardColumn.seen.width,
        ]
        var left = columns - widths.values.reduce(0, +) - Self.gap * 2
        for column in DashboardColumn.byImportance where totals.present.contains(column) {
            guard left >= column.width + Self.gap else { continue }
            widths[column] = column.width
            left -= column.width + Self.gap
        }
        Self.widen(&widths, totals, by: left)
        places = DashboardColumn.allCases.compactMap { column in
            widths[column].map { Place(column: column, width: $0) }
        }
    }

    /// The places from the state to the one before the last contact.
    var beforeSeen: Range<Int> {
        1..<(places.firstIndex { $0.column == .seen } ?? places.count)
    }

    /// Columns from the first to the last of these places, gaps included.
    func width(of range: Range<Int>) -> Int {
        range.isEmpty ? 0 : places[range].reduce(0) { $0 + $1.width } + Self.gap * (range.count - 1)
    }

    // “quarantined” is longer, but it runs into the room of figures that such a node does not have.
    private static func stateWidth(_ totals: FleetTotals) -> Int {
        totals.unknown > 0 ? 9 : totals.alerting > 0 ? 7 : 6
    }

    // What is left goes to whole names first, then to places, then to pictures.
    private static func widen(_ widths: inout [DashboardColumn: Int], _ totals: FleetTotals, by room: Int) {
        var left = max(0, room)
        func give(_ column: DashboardColumn, upTo most: Int) {
            guard let width = widths[column], width < most else { return }
            let more = min(left, most - width)
            widths[column] = width + more
            left -= more
        }
        give(.name, upTo: min(totals.longestName, 63))
        give(.place, upTo: min(totals.longestPlace, 24))
        give(.trend, upTo: 30)
        give(.cpu, upTo: 15)
        give(.memory, upTo: 15)
    }
}
