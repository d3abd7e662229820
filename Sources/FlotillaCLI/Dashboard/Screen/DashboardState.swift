package import FleetModel

/// Where the operator is in the live view. A value: each key makes the next one and says what is to be done.
package struct DashboardState: Sendable {
    package enum Page: Hashable, Sendable {
        case list
        case node(NodeName)
        case help
    }

    package struct Filter: Hashable, Sendable {
        package var text = ""
        /// The nodes that match; nil: all.
        package var nodes: Set<NodeName>?
        /// Why the text is no selector; the rows then follow the text as a part of the name.
        package var problem: String?
    }

    /// What the shell has to do after a key.
    package enum Effect: Hashable, Sendable {
        case leave
        case suspend
        case redraw
        case readDetail(NodeName)
        case evaluateFilter
    }

    package internal(set) var page = Page.list
    package internal(set) var selected: NodeName?
    package internal(set) var sort = DashboardSort.state
    package internal(set) var isReversed = false
    package internal(set) var filter = Filter()
    package internal(set) var isTypingFilter = false
    package internal(set) var detail: NodeDetail?
    /// The first row on the screen.
    package internal(set) var top = 0
    package internal(set) var order: DashboardOrder
    package internal(set) var totals: FleetTotals

    package init(_ model: DashboardModel) {
        totals = FleetTotals(model.nodes)
        order = DashboardOrder(model.nodes, sort: .state, isReversed: false)
        selected = order.rows.first.map { model.nodes[$0].name }
    }

    /// Takes a newer model: the selection stays on its node, wherever that now stands.
    package mutating func follow(_ model: DashboardModel, room: Int) {
        totals = FleetTotals(model.nodes)
        sortRows(model, room: room)
    }

    /// Takes the verdict on the filter's text.
    package mutating func apply(_ verdict: Result<Set<NodeName>?, UsageError>, _ model: DashboardModel, room: Int) {
        switch verdict {
        case .success(let nodes):
            filter.nodes = nodes
            filter.problem = nil
        case .failure(let error):
            let text = filter.text
            filter.nodes = Set(model.nodes.lazy.map(\.name).filter { $0.text.contains(text) })
            filter.problem = error.problem
        }
        sortRows(model, room: room)
    }

    /// Takes the details of a node, unless another page has been opened since.
    package mutating func show(_ detail: NodeDetail, of node: NodeName) {
        if page == .node(node) { self.detail = detail }
    }

    mutating func sortRows(_ model: DashboardModel, room: Int) {
        order = DashboardOrder(model.nodes, sort: sort, isReversed: isReversed, only: filter.nodes)
        let row = order.rows.firstIndex { model.nodes[$0].name == selected }
        select(row: row ?? min(top, max(0, order.rows.count - 1)), model, room: room)
    }

    mutating func select(row: Int, _ model: DashboardModel, room: Int) {
        let last = order.rows.count - 1
        let row = max(0, min(row, last))
        selected = last < 0 ? nil : model.nodes[order.rows[row]].name
        if row < top { top = row }
        if row >= top + room { top = row - room + 1 }
        top = max(0, min(top, order.rows.count - room))
    }
}
