import FleetTesting
import Foundation
import Logging
import Operations
import Testing

@testable import SSHTransport

/// The contract of every shell, for the transport that runs the system's `ssh`.
@Suite struct OpenSSHProcessContractTests {
    @Test(
        .timeLimit(.minutes(15)),
        arguments: RemoteShellContract.claims(ProcessInfo.processInfo.environment["FLOTILLA_CLAIMS"])
    )
    func `the openssh transport keeps its duty`(claim: Claim) async throws {
        try await TestTurns.limited.run {
            try await claim.prove { trust in
                var settings = OpenSSHSettings(environment: ProcessInfo.processInfo.environment)
                settings.endingTime = .seconds(60)
                return try OpenSSHShell(trust: trust, settings: settings, logger: Logger(label: "test"))
            }
        }
    }
}
