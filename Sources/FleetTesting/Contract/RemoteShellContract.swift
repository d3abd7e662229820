package import Operations

/// What every `RemoteShell` owes its callers, proven against real servers.
///
/// A test suite runs it as `@Test(arguments: RemoteShellContract.claims()) func …(claim) { try await claim.prove(with: maker) }`.
package enum RemoteShellContract {
    package static let duties: [Duty] =
        commandDuties + inputDuties + outputDuties + deadlineDuties + endingDuties + logInDuties + trustDuties
        + jumpDuties + sudoDuties + logInShellDuties + lossDuties + crowdDuties + streamDuties

    /// Every duty with every kind of server that it concerns; `part` picks those whose text contains it.
    package static func claims(_ part: String? = nil) -> [Claim] {
        let all = duties.flatMap { duty in duty.servers.map { Claim(duty: duty, server: $0) } }
        guard let part else { return all }
        return all.filter { $0.description.contains(part) }
    }
}

/// The two quite different servers of the field.
package enum ServerKind: String, Sendable, CaseIterable {
    case openssh
    case dropbear
}

/// Makes the shell under test around a verdict on host keys.
package typealias ShellMaker = @Sendable (any HostKeyTrust) throws -> any RemoteShell

/// One duty and the way to prove it.
package struct Duty: Sendable {
    package let name: String
    package let servers: [ServerKind]
    package let prove: @Sendable (DutyBench) async throws -> Void

    init(
        _ name: String,
        on servers: [ServerKind] = ServerKind.allCases,
        prove: @escaping @Sendable (DutyBench) async throws -> Void
    ) {
        self.name = name
        self.servers = servers
        self.prove = prove
    }
}

/// One duty on one kind of server: one test case.
package struct Claim: Sendable, CustomStringConvertible {
    package let duty: Duty
    package let server: ServerKind

    package var description: String { "\(duty.name) [\(server.rawValue)]" }

    /// - Throws: `Violation` where the shell breaks its duty, `FixtureError` where the machine lacks something.
    package func prove(with maker: @escaping ShellMaker) async throws {
        try await TestBed.with { bed in
            let bench = DutyBench(bed: bed, server: server, maker: maker)
            do {
                try await Self.within(.seconds(400), of: description) { try await duty.prove(bench) }
            } catch {
                await bench.shutdownShells()
                throw error
            }
            await bench.shutdownShells()
        }
    }

    private static func within(
        _ limit: Duration,
        of name: String,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw Violation("\(name) did not end within \(limit)")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

/// A duty that was not kept, with the line that found it.
package struct Violation: Error, CustomStringConvertible {
    package let description: String

    package init(_ text: String, file: String = #fileID, line: Int = #line) {
        description = "\(file):\(line): \(text)"
    }
}

/// Fails unless the condition holds.
func require(
    _ condition: Bool,
    _ text: @autoclosure () -> String,
    file: String = #fileID,
    line: Int = #line
) throws {
    guard condition else { throw Violation(text(), file: file, line: line) }
}

/// Fails unless both are the same.
func require<T: Equatable>(
    _ found: T,
    is expected: T,
    _ context: String = "",
    file: String = #fileID,
    line: Int = #line
)
    throws
{
    guard found != expected else { return }
    throw Violation("expected \(expected), found \(found) \(context)", file: file, line: line)
}
