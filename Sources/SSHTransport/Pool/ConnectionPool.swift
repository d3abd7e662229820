import FleetModel
import Logging
import Operations

/// Warm connections, one for each way to a node; dialled when first asked for, closed when idle.
@SSHLoop
final class ConnectionPool {
    let settings: LibSSHSettings
    let trust: any HostKeyTrust
    let logger: Logger
    let throttle: LoginThrottle
    private var lines: [Destination: Line] = [:]

    nonisolated init(trust: any HostKeyTrust, settings: LibSSHSettings, logger: Logger) {
        self.trust = trust
        self.settings = settings
        self.logger = logger
        throttle = LoginThrottle(settings)
    }

    /// Asks for a place on the connection; `waiter` is fired when the ticket has an answer.
    ///
    /// - `isForward`: a forward is no session, so it takes none of the places.
    func request(_ destination: Destination, _ deadlines: Deadlines, waiter: Waiter, isForward: Bool = false) -> Ticket
    {
        let route = destination.asRoute
        let line = lines[route] ?? Line(destination, bound: settings.channelsPerConnection)
        lines[route] = line
        let ticket = Ticket(line, deadlines, waiter, isForward: isForward)
        line.waiting.append(ticket)
        serve(line)
        return ticket
    }

    /// Gives the place back, or the waiting up.
    func end(_ ticket: Ticket) {
        guard !ticket.hasEnded else { return }
        ticket.hasEnded = true
        let line = ticket.line
        if let connection = ticket.granted {
            if connection === line.connection {
                line.users -= 1
                if !ticket.isForward { line.inUse -= 1 }
            }
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
        line.bound = max(1, line.inUse - 1)
        line.users -= 1
        line.inUse -= 1
        ticket.granted = nil
        line.waiting.insert(ticket, at: 0)
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
            if line.users == 0, line.waiting.isEmpty { closeWhenIdle(line) }
        } else if line.waiting.isEmpty {
            if line.dial == nil { remove(line) }
        } else if line.dial == nil {
            dial(line)
        }
    }

    private func remove(_ line: Line) {
        let route = line.destination.asRoute
        if lines[route] === line { lines[route] = nil }
    }

    private func closeWhenIdle(_ line: Line) {
        line.idleTimer = SSHLoop.after(settings.idleTime) { line.connection?.close() }
    }

    private func dial(_ line: Line) {
        guard let deadlines = line.waiting.first?.deadlines else { return }
        let dial = Dial(line.destination, deadlines, self)
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
        line.connection = connection
        line.users = 0
        line.inUse = 0
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
        line.connection = nil
        serve(line)
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
