internal import Alerting
internal import FleetModel

/// What alerts and notifications say about themselves at `/metrics`.
package struct AlertFigures: FigureSource {
    private let loop: NotificationLoop

    package init(_ loop: NotificationLoop) {
        self.loop = loop
    }

    package func figures() async -> [FigureFamily] {
        let (tries, waiting, alerts) = (await loop.tries, await loop.waiting, await loop.alerts())
        let sent = tries.sorted { ($0.key.receiver, $0.key.result) < ($1.key.receiver, $1.key.result) }
            .map { key, count in
                Sample(
                    "flotilla_notifications_total",
                    [.init("receiver", key.receiver), .init("result", key.result)],
                    Double(count)
                )
            }
        let held = alerts.count(where: \.isSuppressed)
        let states = [("firing", alerts.count - held), ("held", held)].map { state, count in
            Sample("flotilla_alerts", [.init("state", state)], Double(count))
        }
        return [
            FigureFamily("flotilla_alerts", .gauge, "Alerts that fire, told and held back.", states),
            FigureFamily("flotilla_notifications_total", .counter, "Tries to send a message, by how they ended.", sent),
            FigureFamily("flotilla_notifications_waiting", .gauge, "Messages under way.", Double(waiting)),
        ]
    }
}

/// How one try to send ended, for the figures.
package struct NotificationTry: Hashable, Sendable {
    package var receiver: String
    /// `taken`, `failed` (it is tried again) or `given_up`.
    package var result: String
}
