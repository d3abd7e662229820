internal import Alerting
internal import FleetModel

/// The route tree of an `alertmanager.yml`.
struct RouteReading {
    let mistakes: MistakeList
    let names: Names

    /// What routes may name.
    struct Names {
        var receivers: Set<String>
        var intervals: Set<String>
    }

    func root(_ node: YAMLNode) -> Route? {
        guard let fields = KnownMapping(node, "the route", keys: Self.keys, mistakes) else { return nil }
        guard let receiver = fields.text("receiver"), !receiver.isEmpty else {
            mistakes.add("the root route must name a receiver", at: node.mark)
            return nil
        }
        for key in ["match", "match_re", "matchers"] where !isEmpty(fields[key]) {
            mistakes.add("the root route takes every alert: it has no “\(key)”", at: fields.mark(key))
        }
        for key in ["mute_time_intervals", "active_time_intervals"] where !isEmpty(fields[key]) {
            mistakes.add("the root route has no “\(key)”: put it on a route below", at: fields.mark(key))
        }
        if fields.flag("continue") == true {
            mistakes.add("the root route has no “continue”", at: fields.mark("continue"))
        }
        return route(fields, from: Route(receiver: receiver), depth: 0)
    }

    private func route(_ node: YAMLNode, under parent: Route, depth: Int) -> Route? {
        guard let fields = KnownMapping(node, "a route", keys: Self.keys, mistakes) else { return nil }
        var start = parent
        // Inherited: receiver, grouping and times. Not inherited: what belongs to the one route.
        (start.muteIntervals, start.activeIntervals, start.children, start.matchers) = ([], [], [], [])
        start.continues = fields.flag("continue") ?? false
        start.matchers = MatcherFields.read(fields, "match", "match_re", "matchers")
        start.muteIntervals = intervals(fields, "mute_time_intervals")
        start.activeIntervals = intervals(fields, "active_time_intervals")
        return route(fields, from: start, depth: depth)
    }

    private func route(_ fields: KnownMapping, from start: Route, depth: Int) -> Route {
        var route = start
        if let receiver = fields.text("receiver"), !receiver.isEmpty {
            route.receiver = receiver
            if !names.receivers.contains(receiver) {
                let near = NearMisses.question(for: receiver, among: names.receivers.sorted()).map { ", \($0)" } ?? ""
                let name = receiver.quotedForMessage
                mistakes.add("there is no receiver “\(name)”\(near)", at: fields["receiver"]?.mark ?? fields.mark)
            }
        }
        if let grouping = grouping(fields) { route.grouping = grouping }
        if let wait = fields.duration("group_wait") { route.groupWait = wait }
        if let interval = positive(fields, "group_interval") { route.groupInterval = interval }
        if let interval = positive(fields, "repeat_interval") { route.repeatInterval = interval }
        guard depth < 60 else {
            mistakes.add("routes stand more than 60 levels deep", at: fields.mark)
            return route
        }
        route.children = (fields.list("routes") ?? []).compactMap { self.route($0, under: route, depth: depth + 1) }
        return route
    }

    private func grouping(_ fields: KnownMapping) -> Route.Grouping? {
        guard let labels = fields.list("group_by") else { return nil }
        var found: [String] = []
        for node in labels {
            guard let name = mistakes.text(node, "an element of “group_by”") else { continue }
            if name.isEmpty {
                mistakes.add("an empty label name in group_by", at: node.mark)
            } else if found.contains(name) {
                mistakes.add("“\(name.quotedForMessage)” stands twice in group_by", at: node.mark)
            }
            found.append(name)
        }
        guard found.contains("...") else { return labels.isEmpty ? nil : .labels(found) }
        if found.count > 1 { mistakes.add("group_by has “...” and other labels", at: fields.mark("group_by")) }
        return .everyLabel
    }

    private func positive(_ fields: KnownMapping, _ key: String) -> Duration? {
        guard let span = fields.duration(key) else { return nil }
        if span == .zero { mistakes.add("\(key) cannot be zero", at: fields[key]?.mark ?? fields.mark) }
        return span
    }

    private func intervals(_ fields: KnownMapping, _ key: String) -> [String] {
        (fields.list(key) ?? []).compactMap { node in
            guard let name = mistakes.text(node, "an element of “\(key)”") else { return nil }
            guard names.intervals.contains(name) else {
                let near = NearMisses.question(for: name, among: names.intervals.sorted()).map { ", \($0)" } ?? ""
                mistakes.add("there is no time interval “\(name.quotedForMessage)”\(near)", at: node.mark)
                return nil
            }
            return name
        }
    }

    private func isEmpty(_ node: YAMLNode?) -> Bool {
        switch node?.content {
        case nil: true
        case .sequence(let elements): elements.isEmpty
        case .mapping(let members): members.isEmpty
        case .scalar: false
        }
    }

    private static let keys: Set = [
        "receiver", "group_by", "group_wait", "group_interval", "repeat_interval", "matchers", "match", "match_re",
        "continue", "routes", "mute_time_intervals", "active_time_intervals",
    ]
}
