internal import FleetModel

/// The alerts that are known, by fingerprint, with Alertmanager's rules of how a repeated one changes what is known.
struct AlertBook: Sendable {
    private(set) var alerts: [UInt64: KnownAlert] = [:]
    /// Changed or gone since somebody last asked.
    private(set) var dirty: Set<UInt64> = []

    subscript(_ fingerprint: UInt64) -> KnownAlert? { alerts[fingerprint] }

    /// What a told alert did to the book.
    struct Reception {
        var fingerprint: UInt64
        /// It began to fire, for the first time or again.
        var began: Bool
        /// It flaps, and did not when it was last told.
        var beganFlapping: Bool
    }

    mutating func restore(_ alert: KnownAlert) { alerts[alert.fingerprint] = alert }

    mutating func receive(
        _ posted: PostedAlert,
        from source: AlertSource,
        _ policy: AlertPolicy,
        at now: Timestamp
    ) -> Reception {
        var told = Self.completed(posted, source, policy.resolveTimeout, now)
        let fingerprint = told.fingerprint
        let before = alerts[fingerprint]
        if let before { told = Self.merged(before, told, at: now) }
        let isFiring = !told.alert.isResolved(at: now)
        told.isStale = isFiring && !posted.annotations[KnownAlert.staleAnnotation].isEmpty
        let began = isFiring && before?.alert.isResolved(at: now) != false
        told.starts = (before?.starts ?? []).filter { now - $0 <= policy.flapping.window }
        told.dampedUntil = before?.dampedUntil
        if began { told.starts.append(now) }
        let flaps = told.starts.count >= policy.flapping.starts
        if flaps, isFiring { told.dampedUntil = now + policy.flapping.quiet }
        if !flaps, let until = told.dampedUntil, until <= now { told.dampedUntil = nil }
        alerts[fingerprint] = told
        if Self.isWorthKeeping(told, before) { dirty.insert(fingerprint) }
        return Reception(
            fingerprint: fingerprint,
            began: began,
            beganFlapping: flaps && began && before?.dampedUntil == nil
        )
    }

    /// Alerts of rules whose sender fell silent: they are stale from now on, and go on firing.
    mutating func markStale(at now: Timestamp) {
        let silent = alerts.filter { $1.source == .rules && !$1.isStale && $1.alert.endsAt <= now }
            .filter { $1.alert.endsAt > $1.updatedAt }.keys.sorted()
        for fingerprint in silent {
            alerts[fingerprint]?.isStale = true
            dirty.insert(fingerprint)
        }
    }

    /// By fingerprint.
    var stale: [UInt64] { alerts.filter(\.value.isStale).keys.sorted() }

    /// Alerts that ended because nobody repeated them: noted once, so that no restart takes them up again.
    mutating func noteLapsed(at now: Timestamp) {
        for (fingerprint, known) in alerts where known.source == .api && known.alert.endsAt <= now {
            guard known.updatedAt < known.alert.endsAt else { continue }
            alerts[fingerprint]?.updatedAt = now
            dirty.insert(fingerprint)
        }
    }

    mutating func annotate(_ fingerprint: UInt64, _ name: String, _ value: String) {
        guard let annotations = alerts[fingerprint]?.alert.annotations else { return }
        alerts[fingerprint]?.alert.annotations = annotations.setting(name, value)
        dirty.insert(fingerprint)
    }

    mutating func remove(_ fingerprint: UInt64) {
        alerts[fingerprint] = nil
        dirty.insert(fingerprint)
    }

    mutating func takeDirty() -> Set<UInt64> {
        defer { dirty = [] }
        return dirty
    }

    private static func completed(
        _ posted: PostedAlert,
        _ source: AlertSource,
        _ timeout: Duration,
        _ now: Timestamp
    ) -> KnownAlert {
        let alert = Alert(
            labels: posted.labels,
            annotations: posted.annotations,
            startsAt: posted.startsAt ?? posted.endsAt ?? now,
            endsAt: posted.endsAt ?? now + timeout,
            generatorURL: posted.generatorURL
        )
        return KnownAlert(alert, source: source, updatedAt: now, endIsTimeout: posted.endsAt == nil)
    }

    /// `Alert.Merge` of Alertmanager, for alerts whose times overlap.
    private static func merged(_ old: KnownAlert, _ new: KnownAlert, at now: Timestamp) -> KnownAlert {
        var result = new
        // What we wrote on it ourselves stays while it fires.
        for label in old.alert.annotations.labels where KnownAlert.ownAnnotations.contains(label.key) {
            guard !old.isResolved(at: now), new.alert.annotations[label.key].isEmpty else { continue }
            result.alert.annotations = result.alert.annotations.setting(label.key, label.value)
        }
        let (was, now_) = (old.alert, new.alert)
        let overlaps =
            now_.endsAt > was.startsAt && now_.endsAt < was.endsAt
            || now_.startsAt > was.startsAt && now_.startsAt < was.endsAt || old.isStale
        guard overlaps else { return result }
        result.alert.startsAt = min(was.startsAt, now_.startsAt)
        if now_.isResolved(at: now) {
            if was.isResolved(at: now), !old.isStale { result.alert.endsAt = max(was.endsAt, now_.endsAt) }
        } else if !old.endIsTimeout {
            result.alert.endsAt = max(was.endsAt, now_.endsAt)
        }
        return result
    }

    /// An end that only moves on need not be written down at each evaluation.
    private static func isWorthKeeping(_ new: KnownAlert, _ old: KnownAlert?) -> Bool {
        guard var old else { return true }
        if new.alert.isResolved(at: new.updatedAt) { return new != old }
        old.alert.endsAt = new.alert.endsAt
        old.updatedAt = new.updatedAt
        old.endIsTimeout = new.endIsTimeout
        return old != new
    }
}

/// How alerts are taken in.
package struct AlertPolicy: Hashable, Sendable {
    /// When an alert without an end is taken for ended.
    package var resolveTimeout: Duration
    package var flapping: Flapping

    /// Flapping: an alert that began to fire so often within a window is held firing until it has been quiet for a while.
    package struct Flapping: Hashable, Sendable {
        package var starts: Int
        package var window: Duration
        package var quiet: Duration

        package static let standard = Flapping(starts: 3, window: .seconds(1800), quiet: .seconds(600))
        package static let off = Flapping(starts: .max, window: .zero, quiet: .zero)

        package init(starts: Int, window: Duration, quiet: Duration) {
            self.starts = starts
            self.window = window
            self.quiet = quiet
        }
    }

    package init(resolveTimeout: Duration = .seconds(300), flapping: Flapping = .standard) {
        self.resolveTimeout = resolveTimeout
        self.flapping = flapping
    }
}
