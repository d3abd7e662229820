package import FleetModel

/// What the engine decided, with its reason.
package enum Decision: Hashable, Sendable {
    case send(NoticeOrder)
    /// An alert is not told, and why; said once until the reason changes.
    case hold(HeldAlert)
}

/// A message to be sent. The loop writes it down, sends it and tells the engine how it ended.
package struct NoticeOrder: Hashable, Sendable {
    package var place: NoticePlace
    package var notice: Notice
    /// What the record will say when the message is taken.
    package var firing: Set<UInt64>
    package var resolved: Set<UInt64>
    package var reason: SendReason
    /// The place wants no message (it takes no resolves, and there is nothing else): only the record changes.
    package var isSilent: Bool

    package var key: NoticeRecord.Key { .init(place: place, groupKey: notice.groupKey) }

    package init(
        place: NoticePlace,
        notice: Notice,
        firing: Set<UInt64>,
        resolved: Set<UInt64>,
        reason: SendReason,
        isSilent: Bool = false
    ) {
        self.place = place
        self.notice = notice
        self.firing = firing
        self.resolved = resolved
        self.reason = reason
        self.isSilent = isSilent
    }
}

package struct HeldAlert: Hashable, Sendable {
    package var fingerprint: UInt64
    package var alertText: String
    package var groupKey: String
    package var receiver: String
    package var reason: HoldReason
}

package enum SendReason: Hashable, Sendable {
    case first
    case newAlerts(Int)
    case someResolved
    case allResolved
    case repeated
    /// An alert was told as firing, and nothing else would have told its end.
    case resolveOwed
    /// The group is gone since the configuration changed; the place is still owed the end.
    case resolveAfterChange
    /// Decided on by a process before this one.
    case restored(String)

    package var text: String {
        switch self {
        case .first: "the first message about this group"
        case .newAlerts(let count): count == 1 ? "one more alert fires" : "\(count) more alerts fire"
        case .someResolved: "some alerts are resolved"
        case .allResolved: "all alerts are resolved"
        case .repeated: "still firing, and the repeat interval has passed"
        case .resolveOwed: "its firing was sent, so its resolve is sent too"
        case .restored(let text): text
        case .resolveAfterChange: "its firing was sent before the configuration changed, so its resolve is sent too"
        }
    }
}

package enum HoldReason: Hashable, Sendable {
    case silenced([String])
    case inhibited(by: String)
    /// Inside a mute interval.
    case muted(String)
    /// Outside the active intervals.
    case inactive([String])
    /// Its node cannot be reached because of what stands before it.
    case behind(String)
    case flapping(until: Timestamp)
    /// The sender fell silent: not an end.
    case stale
    case alreadyTold(Timestamp)
    /// It ended before anything was sent of it.
    case neverTold
    case refused
    case receiverGone(String)

    package var text: String {
        switch self {
        case .silenced(let ids): "silenced by \(ids.joined(separator: ", "))"
        case .inhibited(let source): "inhibited by \(source)"
        case .muted(let name): "inside the mute interval “\(name)”"
        case .inactive(let names): "outside the active intervals \(names.joined(separator: ", "))"
        case .behind(let what): "behind \(what): one message tells of it"
        case .flapping(let until):
            "flapping: its resolve waits until it has been quiet, \(until.rfc3339) at the earliest"
        case .stale: "stale: nothing was heard of it, which is no end"
        case .alreadyTold(let at): "told at \(at.rfc3339), and nothing has changed since"
        case .neverTold: "it ended before anything was sent of it"
        case .refused: "the receiver refused the last message for good: nothing is tried until something changes"
        case .receiverGone(let name): "its firing was sent to “\(name)”, which the configuration no longer has"
        }
    }

    /// A stable word, for queries and documents.
    package var word: String {
        switch self {
        case .silenced: "silenced"
        case .inhibited: "inhibited"
        case .muted: "muted"
        case .inactive: "inactive"
        case .behind: "behind"
        case .flapping: "flapping"
        case .stale: "stale"
        case .alreadyTold: "already_told"
        case .neverTold: "never_told"
        case .refused: "refused"
        case .receiverGone: "receiver_gone"
        }
    }
}
