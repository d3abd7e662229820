import Alerting
import FleetModel

/// What a try means for the message and for what is known of the receiver.
struct DeliveryEnding {
    let outcome: NotificationEngine.Outcome
    /// Nil where no other try follows.
    let retryIn: Duration?
    private let error: NotifyError?

    /// A message that nobody takes for a day is given up.
    private static let patience = Duration.seconds(86_400)
    private static let longestWait = Duration.seconds(300)

    /// `delivery` counts this try already.
    init(_ delivery: Delivery, _ error: NotifyError?, at now: Timestamp) {
        self.error = error
        guard let error else {
            (outcome, retryIn) = (.taken, nil)
            return
        }
        guard error.canBeRetried, now - delivery.order.notice.at < Self.patience else {
            (outcome, retryIn) = (.refused, nil)
            return
        }
        outcome = .uncertain
        let doubled = Duration.seconds(1 << min(max(0, delivery.attempts - 1), 9))
        retryIn = max(min(doubled, Self.longestWait), min(error.retryAfter ?? .zero, .seconds(3600)))
    }

    /// Repeated tries are said once, so that an outage does not fill the history.
    func history(of delivery: Delivery, at now: Timestamp) -> [AlertHistoryEntry] {
        guard let error else { return [entry("sent", delivery.order.reason.text, delivery, now)] }
        if retryIn != nil {
            guard delivery.attempts == 1 else { return [] }
            return [entry("retrying", error.problem, delivery, now)]
        }
        return [entry(error.canBeRetried ? "given_up" : "refused", error.problem, delivery, now)]
    }

    private func entry(_ event: String, _ reason: String, _ delivery: Delivery, _ now: Timestamp) -> AlertHistoryEntry {
        let notice = delivery.order.notice
        let alerts = notice.alerts.prefix(20).map(\.labels.groupText).joined(separator: " ")
        return AlertHistoryEntry(
            at: now,
            event: event,
            alert: alerts,
            receiver: delivery.order.place.text,
            groupKey: notice.groupKey,
            reason: "\(reason) (\(notice.firing.count) firing, \(notice.resolved.count) resolved)"
        )
    }
}
