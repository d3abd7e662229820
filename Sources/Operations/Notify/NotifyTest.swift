package import Alerting
package import FleetModel

/// A message through each way out of a receiver, and its end: whether tokens, addresses and templates are right.
package struct NotifyTest: Sendable {
    /// What became of one message.
    package struct Outcome: Sendable {
        package var place: NoticePlace
        /// False for the end of what was told before.
        package var isFiring: Bool
        /// Nil where it was taken.
        package var error: NotifyError?
    }

    private let plan: NotificationPlan
    private let notifier: any Notifier
    private let now: @Sendable () -> Timestamp
    /// Who asks, for the text.
    private let author: String

    package init(
        plan: NotificationPlan,
        notifier: any Notifier,
        author: String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        (self.plan, self.notifier, self.author, self.now) = (plan, notifier, author, now)
    }

    /// Sends, all ways at once, and says in the order of the file what came of it.
    ///
    /// - `isEnding`: whether the end follows, where the receiver hears of ends.
    /// - Throws: `UsageError` for a receiver that is not there or tells nobody.
    package func run(_ receiver: String, isEnding: Bool) async throws(UsageError) -> [Outcome] {
        let integrations = try integrations(of: receiver)
        return await withTaskGroup { group in
            for (place, integration) in integrations.enumerated() {
                group.addTask { (place, await outcomes(receiver, integration, isEnding)) }
            }
            var found: [(Int, [Outcome])] = []
            for await outcomes in group { found.append(outcomes) }
            return found.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }

    private func integrations(of receiver: String) throws(UsageError) -> [Integration] {
        guard let found = plan.receivers.first(where: { $0.name == receiver }) else {
            let names = plan.receivers.map(\.name)
            let known = names.isEmpty ? "there are none" : "there are: " + names.joined(separator: ", ")
            throw UsageError(
                "unknown_receiver",
                "alertmanager.yml has no receiver “\(receiver.quotedForMessage)”",
                advice: NearMisses.question(for: receiver, among: names) ?? known
            )
        }
        guard !found.integrations.isEmpty else {
            throw UsageError(
                "silent_receiver",
                "receiver “\(receiver.quotedForMessage)” tells nobody",
                advice: "give it slack_configs, webhook_configs or the like in alertmanager.yml"
            )
        }
        return found.integrations
    }

    private func outcomes(_ receiver: String, _ integration: Integration, _ isEnding: Bool) async -> [Outcome] {
        let place = NoticePlace(receiver: receiver, kind: integration.kind, index: integration.index)
        let start = now()
        let first = Outcome(place: place, isFiring: true, error: await send(nil, since: start, place, integration))
        guard isEnding, integration.sendsResolved, first.error == nil else { return [first] }
        let end = await send(now(), since: start, place, integration)
        return [first, Outcome(place: place, isFiring: false, error: end)]
    }

    private func send(
        _ end: Timestamp?,
        since start: Timestamp,
        _ place: NoticePlace,
        _ integration: Integration
    ) async -> NotifyError? {
        let notice = notice(start, end, place)
        do throws(NotifyError) {
            try await notifier.send(notice, over: integration, at: notice.at)
            return nil
        } catch {
            return error
        }
    }

    private func notice(_ start: Timestamp, _ end: Timestamp?, _ place: NoticePlace) -> Notice {
        let text = "A test of receiver \(place.receiver), asked for by \(author): nothing is wrong."
        let name = LabelSet.Label(Alert.nameLabel, "FlotillaTest")
        let alert = Alert(
            labels: LabelSet([name, .init("severity", "info")]),
            annotations: LabelSet([.init("description", text), .init("summary", text)]),
            startsAt: start,
            endsAt: end ?? start + .seconds(300)
        )
        return Notice(
            receiver: place.receiver,
            // One of its own for each test: a pager must not take it for the one before.
            groupKey: "{}/{test=\"\(start.milliseconds)\"}:{alertname=\"FlotillaTest\"}",
            groupLabels: LabelSet([name]),
            alerts: [alert],
            at: max(start, end ?? start),
            reason: "asked for by \(author)"
        )
    }
}
