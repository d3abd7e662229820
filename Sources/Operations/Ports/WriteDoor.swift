package import FleetModel

/// Sends series to another system by remote write. One try: repeating is the caller's.
package protocol WriteDoor: Sendable {
    /// - Throws: `WriteFailure`, or `CancellationError`.
    func send(_ series: [Series], to target: RemoteWriteTarget) async throws
}

/// Why a request was not taken.
package struct WriteFailure: Explained, Hashable {
    package let code: String
    package let problem: String
    /// True for no answer, 5xx and, where it was asked for, 429.
    package let canBeRetried: Bool
    package let retryAfter: Duration?

    package init(_ problem: String, canBeRetried: Bool, retryAfter: Duration? = nil) {
        self.code = canBeRetried ? "remote_write.unreachable" : "remote_write.refused"
        self.problem = problem
        self.canBeRetried = canBeRetried
        self.retryAfter = retryAfter
    }

    package var advice: String? {
        canBeRetried ? "nothing is lost: it is sent as soon as it is taken" : "the samples were dropped and counted"
    }
}

/// Remembers how far each receiver has got.
package protocol WritePositions: Sendable {
    /// Nil where nothing was ever sent.
    func position(of target: RemoteWriteTarget) throws -> Timestamp?
    func keep(_ position: Timestamp, of target: RemoteWriteTarget) throws
}
