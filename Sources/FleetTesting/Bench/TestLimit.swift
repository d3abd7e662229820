package import Operations

/// Time limits on a machine that may be loaded.
package enum TestLimit {
    /// Tries a time limit that is short, and longer ones where the machine was too slow to do before what has to come
    /// before: a deadline can only be judged when the work under it had begun.
    ///
    /// The work throws when a duty is broken; it says why it could not be judged, or nil when the duty was kept.
    package static func growing(
        _ limits: [Duration] = [.seconds(1), .seconds(6), .seconds(40)],
        file: String = #fileID,
        line: Int = #line,
        _ work: (Duration) async throws -> String?
    ) async throws {
        var obstacle = ""
        for limit in limits {
            guard let reason = try await work(limit) else { return }
            obstacle = "within \(limit): \(reason)"
        }
        throw Violation(obstacle, file: file, line: line)
    }
}

extension Deadlines {
    /// For what is not about deadlines: a loaded machine may stall for seconds, and no test may fail for that.
    package static func patient(
        login: Duration = .seconds(120),
        firstByte: Duration? = nil,
        idle: Duration? = nil,
        total: Duration = .seconds(240)
    ) -> Deadlines {
        Deadlines(connect: .seconds(120), login: login, firstByte: firstByte, idle: idle, total: total)
    }
}
