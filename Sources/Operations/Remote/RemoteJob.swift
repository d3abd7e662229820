package import FleetModel

/// One piece of work for one node.
package struct RemoteJob: Sendable {
    package var command: Command
    package var stdin: StandardInput
    package var elevation: Elevation?
    package var deadlines: Deadlines
    package var limits: OutputLimits
    /// Called for every chunk as it arrives, in order for each stream, from any thread; must not block.
    package var onOutput: (@Sendable (OutputChunk) -> Void)?
    /// Held by whoever takes the output and is behind; nil: it is never behind.
    package var flow: OutputFlow?

    package init(
        _ command: Command,
        stdin: StandardInput = .empty,
        elevation: Elevation? = nil,
        deadlines: Deadlines = .init(),
        limits: OutputLimits = .init(),
        onOutput: (@Sendable (OutputChunk) -> Void)? = nil
    ) {
        self.command = command
        self.stdin = stdin
        self.elevation = elevation
        self.deadlines = deadlines
        self.limits = limits
        self.onOutput = onOutput
    }
}

/// What the command reads; end of file follows.
package enum StandardInput: Sendable {
    case empty
    case bytes([UInt8])
    /// A local file, opened for each node and read as the node takes it.
    case file(path: String)
    /// Chunks made as the node takes them; nil ends the stream. Runs off the event loop.
    case stream(@Sendable () async throws -> [UInt8]?)
}

/// Running as somebody else by `sudo`, without a terminal.
package struct Elevation: Hashable, Sendable {
    package var user: String
    /// Nil: if sudo wants one, the job fails at once with `exec.sudo_password_needed`.
    package var password: Secret?

    package init(user: String = "root", password: Secret? = nil) {
        self.user = user
        self.password = password
    }
}

/// The five deadlines; nil means none. Each ends the job with its own error.
package struct Deadlines: Hashable, Sendable {
    /// Name resolution and TCP, for each hop. `ssh.connect_timeout`.
    package var connect: Duration?
    /// Banner, key exchange and log-in, for each hop. `ssh.banner_timeout` or `ssh.auth_timeout`.
    package var login: Duration?
    /// From the command's start to its first byte of output or its end. `exec.first_byte_timeout`.
    package var firstByte: Duration?
    /// Between two bytes of output. `exec.idle_timeout`.
    package var idle: Duration?
    /// Everything together. `exec.timeout`.
    package var total: Duration?
    /// The wait for a turn to log in, where that is not to be part of `total`: many nodes behind one server that lets
    /// few in at a time. `exec.timeout`. Nil: it is part of `total`.
    package var queue: Duration?

    package init(
        connect: Duration? = .seconds(10),
        login: Duration? = .seconds(20),
        firstByte: Duration? = nil,
        idle: Duration? = nil,
        total: Duration? = .seconds(600),
        queue: Duration? = nil
    ) {
        self.connect = connect
        self.login = login
        self.firstByte = firstByte
        self.idle = idle
        self.total = total
        self.queue = queue
    }
}

/// How much output is kept, for each stream of each node.
package struct OutputLimits: Hashable, Sendable {
    /// Bytes kept in memory.
    package var memory: Int
    /// Bytes kept at all; what is beyond is read and dropped, and the result says `truncated`.
    package var total: Int
    /// Where bytes past `memory` go; nil: nothing past `memory` is kept.
    package var spillDirectory: String?

    package init(memory: Int = 1 << 20, total: Int = 64 << 20, spillDirectory: String? = nil) {
        self.memory = memory
        self.total = total
        self.spillDirectory = spillDirectory
    }
}
