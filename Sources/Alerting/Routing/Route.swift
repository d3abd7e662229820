package import FleetModel

/// One node of the route tree, with everything inherited from those above it.
package struct Route: Hashable, Sendable {
    package var receiver: String
    package var grouping: Grouping
    package var groupWait: Duration
    package var groupInterval: Duration
    package var repeatInterval: Duration
    /// Time intervals in which nothing is sent.
    package var muteIntervals: [String]
    /// Time intervals outside which nothing is sent; none means always.
    package var activeIntervals: [String]
    package var matchers: [LabelMatcher]
    /// True where the routes after this one are asked as well.
    package var continues: Bool
    package var children: [Route]

    /// Which labels make a group.
    package enum Grouping: Hashable, Sendable {
        /// `group_by: ['...']`: each alert for itself.
        case everyLabel
        case labels([String])
    }

    /// The root's defaults, as Alertmanager has them.
    package init(receiver: String, matchers: [LabelMatcher] = []) {
        self.receiver = receiver
        self.grouping = .labels([])
        self.groupWait = .seconds(30)
        self.groupInterval = .seconds(300)
        self.repeatInterval = .seconds(4 * 3600)
        self.muteIntervals = []
        self.activeIntervals = []
        self.matchers = matchers
        self.continues = false
        self.children = []
    }

    /// The labels of the group that an alert belongs to.
    package func groupLabels(of labels: LabelSet) -> LabelSet {
        switch grouping {
        case .everyLabel: labels
        case .labels(let names): labels.keeping(names)
        }
    }
}

/// The route tree, laid out flat: a route is known by its place.
package struct RouteTree: Hashable, Sendable {
    /// Depth first, the root first.
    package let routes: [Entry]

    package struct Entry: Hashable, Sendable {
        package let route: Route
        /// The matchers from the root down, the first part of a group's key.
        package let key: String
        let children: [Int]
    }

    package init(root: Route) {
        var routes: [Entry?] = []
        Self.lay(root, key: root.matchers.inOrder.alertText, into: &routes)
        self.routes = routes.compactMap { $0 }
    }

    @discardableResult
    private static func lay(_ route: Route, key: String, into routes: inout [Entry?]) -> Int {
        let place = routes.count
        routes.append(nil)
        var children: [Int] = []
        for child in route.children {
            children.append(lay(child, key: key + "/" + child.matchers.inOrder.alertText, into: &routes))
        }
        routes[place] = Entry(route: route, key: key, children: children)
        return place
    }

    /// The places of the routes that take an alert; the root takes what no other does.
    package func matches(for labels: LabelSet) -> [Int] { matches(0, labels) ?? [] }

    /// Nil where the route does not match.
    private func matches(_ place: Int, _ labels: LabelSet) -> [Int]? {
        let entry = routes[place]
        guard entry.route.matchers.hold(in: labels) else { return nil }
        var found: [Int] = []
        for child in entry.children {
            guard let inner = matches(child, labels) else { continue }
            found += inner
            if !routes[child].route.continues { break }
        }
        return found.isEmpty ? [place] : found
    }

    /// The group's key, the same for all messages about it.
    package func groupKey(_ place: Int, _ groupLabels: LabelSet) -> String {
        routes[place].key + ":" + groupLabels.groupText
    }
}
