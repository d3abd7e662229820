import CLibSSH
import FleetModel
import Glibc
import Logging
import Operations

/// Warm connections, one for each way to a node; dialled when first asked for, closed when idle.
@SSHLoop
final class ConnectionPool {
    let settings: LibSSHSettings
    let trust: any HostKeyTrust
    let logger: Logger
    let throttle: LoginThrottle
    let connects: Places
    let logins: Places
    private var lines: [Lane: Line] = [:]

    nonisolated init(trust: any HostKeyTrust, settings: LibSSHSettings, logger: Logger) {
        self.trust = trust
        self.settings = settings
        self.logger = logger
        throttle = LoginThrottle(settings)
        connects = Places(limit: min(settings.connectsAtOnce, DescriptorLimit.current / 4))
        logins = Places(limit: settings.loginsAtOnce)
    }

    /// Asks for a place on the connection; `waiter` is fired when the ticket has an answer.
    ///
    func request(
        _ destination: Destination,
        _ deadlines: Deadlines,
        waiter: Waiter,
        kind: Ticket.Kind = .command
    ) -> Ticket {
        let line = line(Lane(route: destination.asRoute, isSpare: false), destination)
        let ticket = Ticket(line, deadlines, waiter, kind)
        line.waiting.append(ticket)
        serve(line)
        return ticket
    }

    private func line(_ lane: Lane, _ destination: Destination) -> Line {
        let line = lines[lane] ?? Line(destination, lane, bound: settings.channelsPerConnection)
        lines[lane] = line
        return line
    }

    /// Gives the place back, or the waiting up.
    func end(_ ticket: Ticket) {
        guard !ticket.hasEnded else { return }
        ticket.hasEnded = true
        let line = ticket.line
        if let connection = ticket.granted {
            if connection === line.connection { line.leave(ticket) }
        } else {
            line.waiting.removeAll { $0 === ticket }
            if line.waiting.isEmpty { line.giveUpDial() }
        }
        serve(line)
    }

    /// The server refused another session: fewer fit than were thought, and this ticket waits again.
    ///
    /// - Returns: false when nothing else is in use, so that waiting would not help.
    func wasRefused(_ ticket: Ticket) -> Bool {
        let line = ticket.line
        guard ticket.granted === line.connection, line.inUse > 1 else { return false }
        line.refused()
        line.leave(ticket)
        ticket.granted = nil
        line.waiting.insert(ticket, at: 0)
        moveAside(line)
        return true
    }

    func forget(_ node: NodeName) {
        for line in lines.values
        where line.destination.node == node || line.destination.path.contains(where: { $0.node == node }) {
            line.connection?.close()
            line.dial?.waiter.stop(RemoteError(.cancelled, node, "the node was forgotten while it was being connected"))
        }
    }

    func shutdown() {
        for line in Array(lines.values) {
            line.connection?.close()
            let node = line.destination.node
            line.dial?.waiter.stop(RemoteError(.cancelled, node, "the engine was shut down"))
        }
    }

    // MARK: Serving a line

    private func serve(_ line: Line) {
        line.idleTimer?.cancel()
        line.idleTimer = nil
        if let connection = line.connection {
            line.grant(connection)
            moveAside(line)
            if line.users == 0, line.waiting.isEmpty { closeWhenIdle(line) }
        } else if line.waiting.isEmpty {
            if line.dial == nil { remove(line) }
        } else if line.dial == nil {
            dial(line)
        }
    }

    private func remove(_ line: Line) {
        if lines[line.lane] === line { lines[line.lane] = nil }
    }

    /// Where streams hold every session that the server allows, or commands do for long, who waits gets a second
    /// connection, and no third.
    private func moveAside(_ line: Line) {
        guard let first = line.wantsSpare else { return }
        if line.isHeldByStreams, lines[Lane(route: line.lane.route, isSpare: true)]?.connection != nil {
            return moveToSpare(line)
        }
        guard line.spareTimer == nil else { return }
        // A refusal may have been a passing one, and streams that are just ending hold nothing for long.
        let patience = line.isHeldByStreams ? .milliseconds(300) : settings.patienceWithCommands
        line.spareTimer = SSHLoop.after(patience) { [weak self, line] in
            line.spareTimer = nil
            guard let next = line.wantsSpare else { return }
            // Sessions that come free now and then need no second connection.
            if line.isHeldByStreams || next === first { self?.moveToSpare(line) } else { self?.moveAside(line) }
        }
    }

    private func moveToSpare(_ line: Line) {
        let spare = self.line(Lane(route: line.lane.route, isSpare: true), line.destination)
        for ticket in line.giveUpWaiting() {
            ticket.move(to: spare)
            spare.waiting.append(ticket)
        }
        serve(spare)
    }

    private func closeWhenIdle(_ line: Line) {
        let limit = line.lastToLeave == .stream ? settings.idleTimeAfterStream : settings.idleTime
        line.idleTimer = SSHLoop.after(min(limit, settings.idleTime)) { line.connection?.close() }
    }

    private func dial(_ line: Line) {
        guard let deadlines = line.waiting.first?.deadlines else { return }
        let dial = Dial(line.destination, deadlines, self)
        dial.onTurn = { [weak line] hasTurn in line?.waiting.forEach { $0.hasTurn = hasTurn } }
        line.dial = dial
        Task { @SSHLoop in
            do {
                connected(line, dial, try await dial.run())
            } catch let error as RemoteError {
                failed(line, dial, error)
            } catch {
                failed(
                    line,
                    dial,
                    RemoteError(.hostKeyUnknown, line.destination.node, "the host key could not be checked: \(error)")
                )
            }
        }
    }

    private func connected(_ line: Line, _ dial: Dial, _ connection: Connection) {
        // Nobody waits for it any more, or another dial took over.
        guard line.dial === dial else { return connection.close() }
        line.dial = nil
        line.adopt(connection, bound: settings.channelsPerConnection)
        connection.onEnd = { [weak self] in self?.ended(line, connection) }
        connection.start()
        serve(line)
    }

    private func failed(_ line: Line, _ dial: Dial, _ error: RemoteError) {
        guard line.dial === dial else { return }
        line.dial = nil
        let waiting = line.waiting
        line.waiting = []
        for ticket in waiting { ticket.fail(error) }
        serve(line)
    }

    private func ended(_ line: Line, _ connection: Connection) {
        guard line.connection === connection else { return }
        logger.debug(
            "connection ended",
            metadata: ["node": "\(line.destination.node.text)", "reason": "\(connection.lossText ?? "")"]
        )
        line.lostConnection()
        serve(line)
    }
}

/// The descriptors that this process may have.
enum DescriptorLimit {
    static var current: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}

extension Destination {
    /// What makes two destinations share a connection: everything but what is known of the host key.
    fileprivate var asRoute: Destination {
        var route = self
        route.hostKey = nil
        route.path = path.map(\.asRoute)
        return route
    }
}
