/// What an operator may tune about the in-process engine.
package struct LibSSHSettings: Sendable {
    /// A connection without work is closed after this long.
    package var idleTime: Duration = .seconds(300)
    /// The same where the last to leave was a stream: a probe that was refused comes back by another way, or soon.
    package var idleTimeAfterStream: Duration = .seconds(45)
    /// How long one waits for a session that commands hold, where the server allows fewer than `channelsPerConnection`,
    /// before a second connection is made.
    package var patienceWithCommands: Duration = .seconds(2)
    /// Sessions on one connection, until the server shows that it allows fewer (`MaxSessions`).
    package var channelsPerConnection = 10
    /// Log-ins under way at once, over the whole fleet. Only who is connected takes part: a black hole holds up no other.
    package var loginsAtOnce = 128
    /// Connections being made at once, over the whole fleet; never more than a quarter of the descriptors allowed.
    package var connectsAtOnce = 1024
    /// Log-ins under way at once at one address to begin with; it grows while none is turned away.
    package var firstLoginsPerAddress = 16
    /// How long a log-in is tried again while the server turns new connections away.
    package var loginPatience: Duration = .seconds(60)
    /// How long sent bytes may stay unacknowledged before a connection counts as dead.
    package var unacknowledgedTime: Duration = .seconds(30)
    /// How long ending a remote process tree may take.
    package var endingTime: Duration = .seconds(5)

    package init() {}
}
