internal import FleetModel

/// What a node answered instead of a sample.
package struct ProbeError: Explained, Hashable {
    package enum Reason: String, Hashable, Sendable {
        /// More bytes before the frame than any log-in banner has.
        case noise = "probe.too_much_noise"
        case tooBig = "probe.frame_too_big"
        /// The counts of the end line do not fit what came before it.
        case damaged = "probe.frame_damaged"
    }

    package let reason: Reason
    package let problem: String
    package let advice: String?

    init(_ reason: Reason, _ problem: String, advice: String? = nil) {
        self.reason = reason
        self.problem = problem
        self.advice = advice
    }

    package var code: String { reason.rawValue }
}
