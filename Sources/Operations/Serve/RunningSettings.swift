package import FleetModel
import Synchronization

/// The settings that a daemon runs with. A wrong file changes nothing but what is said about it.
package final class RunningSettings: Sendable {
    /// What runs, and what the last look at the file said.
    package struct State: Hashable, Sendable {
        package var settings: FleetSettings
        /// When the file was looked at last.
        package var readAt: Timestamp
        /// What was wrong with it then: the settings are the ones from before.
        package var refusal: String?
    }

    private let state: Mutex<State>

    package init(_ settings: FleetSettings, at now: Timestamp) {
        state = Mutex(State(settings: settings, readAt: now))
    }

    package var current: State { state.withLock { $0 } }

    package func accept(_ settings: FleetSettings, at now: Timestamp) {
        state.withLock { $0 = State(settings: settings, readAt: now) }
    }

    package func refuse(_ why: String, at now: Timestamp) {
        state.withLock { state in
            state.readAt = now
            state.refusal = why
        }
    }
}
