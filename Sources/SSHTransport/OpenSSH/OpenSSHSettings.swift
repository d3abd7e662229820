/// How the system's `ssh` is used.
package struct OpenSSHSettings: Sendable {
    /// The program, at an absolute path.
    package var program: String
    /// Where the private folder with the control sockets is made; short, for a socket's path has 107 bytes at most.
    package var runtimeFolder: String
    /// Commands at a time on one connection, until the server shows that it allows fewer (`MaxSessions`). One below
    /// the servers' default, so that ending a command always finds a channel.
    package var channels: Int
    /// How long a connection without work is kept.
    package var idleTime: Duration
    /// How long ending a remote process tree may take.
    package var endingTime: Duration = .seconds(4)
    /// The variables of this process of which ssh gets those that it needs.
    package var environment: [String: String]
    /// Measures deadlines and pauses.
    package var clock: ContinuousClock

    package init(
        program: String = "/usr/bin/ssh",
        runtimeFolder: String = "/tmp",
        channels: Int = 9,
        idleTime: Duration = .seconds(600),
        environment: [String: String] = [:],
        clock: ContinuousClock = .init()
    ) {
        self.program = program
        self.runtimeFolder = runtimeFolder
        self.channels = channels
        self.idleTime = idleTime
        self.environment = environment
        self.clock = clock
    }
}
