package import FleetModel

/// Which families the next sample of one node asks for: each again when its period is over.
package struct ProbeAgenda: Hashable, Sendable {
    private let families: [ProbeFamily]
    private var asked: [ProbeFamily: Timestamp] = [:]

    /// The families that fit a profile, and the systemd units that an operator wants to see whatever their state.
    package init(profile: Node.Profile?, units: [String] = []) {
        var families = ProbeFamily.all + units.map { .unit($0) }
        if profile == .time { families.append(.timeContainer) }
        if profile == .pipe { families.append(.pulse) }
        self.families = families
    }

    /// The families that are due; they count as asked from now on.
    package mutating func due(at now: Timestamp) -> [ProbeFamily] {
        let due = families.filter { family in
            guard let last = asked[family] else { return true }
            return now < last || now - last >= family.period
        }
        for family in due { asked[family] = now }
        return due
    }

    /// Forgets what was asked: after a reconnect, or when a sample was lost.
    package mutating func reset() { asked = [:] }
}
