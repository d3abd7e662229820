import Testing

@testable import DaemonLink
