package import FleetModel

/// All silences, with Alertmanager's rules of how one changes.
package struct SilenceBook: Hashable, Sendable {
    package private(set) var silences: [String: Silence]
    /// The most that are kept, so that no caller fills the disk.
    static let limit = 10_000

    package init(_ silences: [Silence] = []) {
        self.silences = Dictionary(silences.map { ($0.id, $0) }) { _, later in later }
    }

    /// Makes a silence or changes the one of its number. What has become another silence (other matchers, another start)
    /// ends the old one and gets a new number.
    /// `newID` is a UUID for a silence that is new.
    ///
    /// - Returns: the stored silence first, then the one that it ended, if it did.
    /// - Throws: `SilenceError` `silence.refused` or `silence.unknown`.
    package mutating func set(_ wanted: Silence, newID: String, at now: Timestamp) throws(SilenceError) -> [Silence] {
        try check(wanted, at: now)
        var wanted = wanted
        wanted.updatedAt = now
        var ended: [Silence] = []
        if !wanted.id.isEmpty {
            guard let before = silences[wanted.id] else { throw .unknown(wanted.id) }
            if Self.canBecome(before, wanted, at: now) {
                silences[wanted.id] = wanted
                return [wanted]
            }
            if before.state(at: now) != .expired { ended = [try expire(wanted.id, at: now)] }
        }
        guard silences.count < Self.limit else {
            throw SilenceError(
                "refused",
                "there are \(Self.limit) silences already",
                advice: "expire some of them first"
            )
        }
        wanted.id = newID
        wanted.startsAt = max(wanted.startsAt, now)
        silences[newID] = wanted
        return [wanted] + ended
    }

    /// - Returns: the silence as it is afterwards.
    package mutating func expire(_ id: String, at now: Timestamp) throws(SilenceError) -> Silence {
        guard var silence = silences[id] else { throw .unknown(id) }
        switch silence.state(at: now) {
        case .expired:
            throw SilenceError("already_expired", "silence \(id.quotedForMessage) has expired already")
        case .pending: silence.startsAt = now
        case .active: break
        }
        silence.endsAt = now
        silence.updatedAt = now
        silences[id] = silence
        return silence
    }

    /// The numbers of the active silences that take in these labels, in order.
    package func muting(_ labels: LabelSet, at now: Timestamp) -> [String] {
        silences.values.filter { $0.mutes(labels, at: now) }.map(\.id).sorted()
    }

    /// Forgets those that ended before a moment.
    ///
    /// - Returns: their numbers.
    package mutating func forget(endedBefore moment: Timestamp) -> [String] {
        let old = silences.values.filter { $0.endsAt < moment }.map(\.id)
        for id in old { silences[id] = nil }
        return old
    }

    private static func canBecome(_ before: Silence, _ after: Silence, at now: Timestamp) -> Bool {
        guard before.matchers == after.matchers else { return false }
        switch before.state(at: now) {
        case .active:
            return after.startsAt.milliseconds / 1000 == before.startsAt.milliseconds / 1000 && after.endsAt >= now
        case .pending: return after.startsAt >= now
        case .expired: return false
        }
    }

    private func check(_ silence: Silence, at now: Timestamp) throws(SilenceError) {
        guard silence.matchers.contains(where: { !$0.holds(for: "") }) else {
            throw SilenceError(
                "refused",
                "at least one matcher must be one that the empty value does not match",
                advice: "a silence of everything is written alertname=~\".+\""
            )
        }
        guard silence.startsAt < silence.endsAt else {
            throw SilenceError("refused", "a silence must start before it ends")
        }
        guard silence.endsAt >= now else { throw SilenceError("refused", "the end of the silence is in the past") }
        guard silence.comment.utf8.count + silence.createdBy.utf8.count <= 16_384, silence.matchers.count <= 100 else {
            throw SilenceError("refused", "comment or matchers are longer than any silence needs")
        }
    }
}

extension SilenceError {
    fileprivate static func unknown(_ id: String) -> SilenceError {
        SilenceError("unknown", "there is no silence \(id.quotedForMessage)", advice: "see: flotilla silence list")
    }
}
