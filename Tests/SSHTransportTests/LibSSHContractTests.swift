import FleetTesting
import Foundation
import Logging
import Operations
import Testing

@testable import SSHTransport

/// The contract of every shell, for the in-process engine.
@Suite struct LibSSHContractTests {
    @Test(
        .timeLimit(.minutes(15)),
        arguments: RemoteShellContract.claims(ProcessInfo.processInfo.environment["FLOTILLA_CLAIMS"])
    )
    func `the in-process engine keeps its duty`(claim: Claim) async throws {
        try await TestTurns.limited.run {
            try await claim.prove { trust in
                var settings = LibSSHSettings()
                settings.endingTime = .seconds(60)
                settings.loginPatience = .seconds(120)
                return LibSSHShell(trust: trust, settings: settings, logger: Logger(label: "test"))
            }
        }
    }
}
