package import Alerting
package import FleetModel

/// When a group is evaluated: at a fixed place in its interval by the hash of its file and name, so that groups do not all
/// work at once and a restart moves nothing.
package struct RuleSchedule: Hashable, Sendable {
    private let interval: Int64
    private let offset: Int64

    package init(_ group: RuleGroup, interval: Duration) {
        self.interval = max(1, interval.milliseconds)
        let key = LabelSet([LabelSet.Label("file", group.file), LabelSet.Label("name", group.name)])
        offset = Int64(key.fingerprint % UInt64(self.interval))
    }

    /// The last moment of evaluation that is not after `now`.
    package func slot(before now: Timestamp) -> Timestamp {
        let passed = (now.milliseconds - offset) % interval
        return Timestamp(milliseconds: now.milliseconds - (passed < 0 ? passed + interval : passed))
    }

    package func slot(after now: Timestamp) -> Timestamp {
        slot(before: now) + .milliseconds(interval)
    }

    /// Evaluations between two slots that did not take place.
    package func missed(from expected: Timestamp, to slot: Timestamp) -> Int {
        max(0, Int((slot.milliseconds - expected.milliseconds) / interval))
    }
}
