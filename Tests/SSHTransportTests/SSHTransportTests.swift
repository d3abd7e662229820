import Testing

@testable import SSHTransport
