import FleetModel
import Operations

/// Ends what a job started on its node.
@SSHLoop
struct RemoteTree {
    private let destination: Destination
    private let elevation: Elevation?
    private let pool: ConnectionPool

    init(_ destination: Destination, _ elevation: Elevation?, _ pool: ConnectionPool) {
        self.destination = destination
        self.elevation = elevation
        self.pool = pool
    }

    /// Runs the ending script on a second channel, or on a fresh connection where that is refused; never longer than
    /// `limit` after the guard has named its process.
    func end(_ channel: Channel, leader: @SSHLoop () -> Int32?, named: Waiter, within limit: Duration) async {
        let waiter = Waiter()
        let node = destination.node
        let pid = await awaitLeader(leader, channel, named, within: limit)
        guard let pid else {
            // Not even the guard has spoken: it dies of its closed output before it starts anything.
            channel.signal("TERM")
            channel.signal("KILL")
            return
        }
        let timer = SSHLoop.after(limit) {
            waiter.stop(RemoteError(.timeout, node, "ending the process tree took too long"))
        }
        defer { timer.cancel() }
        if await endTree(pid, on: channel.connection, waiter) { return }
        guard waiter.stopped == nil else { return }
        let dial = Dial(destination, Deadlines(connect: limit, login: limit), pool)
        let relay = SSHLoop.after(limit) { dial.waiter.stop(RemoteError(.timeout, node, "took too long")) }
        defer { relay.cancel() }
        guard let fresh = try? await dial.run() else { return }
        fresh.start()
        _ = await endTree(pid, on: fresh, waiter)
        fresh.close()
    }

    /// The guard names its process before anything else; on a slow node that may not have come yet.
    private func awaitLeader(
        _ leader: @SSHLoop () -> Int32?,
        _ channel: Channel,
        _ named: Waiter,
        within limit: Duration
    ) async -> Int32? {
        let node = destination.node
        let timer = SSHLoop.after(limit) { named.stop(RemoteError(.timeout, node, "")) }
        defer { timer.cancel() }
        channel.onChange = { named.fire() }
        _ = try? await named.until { leader() != nil || channel.isClosed || !channel.connection.isAlive ? () : nil }
        return leader()
    }

    /// - Returns: false when no channel was to be had.
    private func endTree(_ pid: Int32, on connection: Connection, _ waiter: Waiter) async -> Bool {
        let asThemselves = ShellEnvelope.line(for: TreeEnding.command(leader: pid), nonce: nil)
        guard let elevation else { return await run(asThemselves, password: nil, on: connection, waiter) }
        let nonce = Nonce.make()
        let raised = ShellEnvelope.line(
            for: TreeEnding.command(leader: pid),
            nonce: nonce,
            elevation: Elevation(user: "root", password: elevation.password)
        )
        guard await run(raised, password: elevation.password, on: connection, waiter) else { return false }
        guard elevation.user != "root" else { return true }
        let other = ShellEnvelope.line(for: TreeEnding.command(leader: pid), nonce: nonce, elevation: elevation)
        return await run(other, password: elevation.password, on: connection, waiter)
    }

    private func run(_ line: String, password: Secret?, on connection: Connection, _ waiter: Waiter) async -> Bool {
        guard let channel = connection.makeChannel() else { return false }
        defer { channel.abandon() }
        channel.onChange = { waiter.fire() }
        do {
            guard case .done = try await waiter.until({ channel.open().ifDecided }) else { return false }
            guard case .done = try await waiter.until({ channel.requestExec(line).ifDecided }) else { return false }
            // sudo asks only where it has to; a password that nobody asked for goes nowhere, the script reads nothing.
            if let password { password.withBytes { channel.send($0 + [UInt8(ascii: "\n")]) } }
            channel.sendEOF()
            try await waiter.until { channel.isClosed || !connection.isAlive ? () : nil }
            return true
        } catch {
            return true
        }
    }
}
