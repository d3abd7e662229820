import FleetModel
import Operations

/// One way to one node: its connection, who uses it, and who waits.
@SSHLoop
final class Line {
    let destination: Destination
    var connection: Connection?
    var dial: Dial?
    var waiting: [Ticket] = []
    /// Sessions in use, at most `bound`.
    var inUse = 0
    /// Sessions and forwards in use.
    var users = 0
    var bound: Int
    var idleTimer: LoopTimer?

    init(_ destination: Destination, bound: Int) {
        self.destination = destination
        self.bound = max(1, bound)
    }

    /// Gives places to those who wait, in their order.
    func grant(_ connection: Connection) {
        while let next = waiting.first, next.isForward || inUse < bound {
            waiting.removeFirst()
            users += 1
            if !next.isForward { inUse += 1 }
            next.grant(connection)
        }
    }

    /// Nobody waits for the connection that is being made.
    func giveUpDial() {
        let node = destination.node
        dial?.waiter.stop(RemoteError(.cancelled, node, "nobody waits for this connection any more"))
        dial = nil
    }
}

/// A claim to a place on a line's connection.
@SSHLoop
final class Ticket {
    let line: Line
    let deadlines: Deadlines
    let isForward: Bool
    private let waiter: Waiter
    /// True when the connection was there before the ticket, so that it may turn out to be dead.
    let isWarm: Bool
    var granted: Connection?
    var hasEnded = false
    private var failure: RemoteError?

    init(_ line: Line, _ deadlines: Deadlines, _ waiter: Waiter, isForward: Bool) {
        self.line = line
        self.deadlines = deadlines
        self.waiter = waiter
        self.isForward = isForward
        isWarm = line.connection != nil
    }

    /// - Returns: nil while it has to wait.
    /// - Throws: why there will be no connection.
    func connection() throws -> Connection? {
        if let failure { throw failure }
        return granted
    }

    /// What its line is doing, for the text of a time limit.
    var stage: String { line.dial?.stage ?? "waiting for a free session on the connection" }

    func grant(_ connection: Connection) {
        granted = connection
        waiter.fire()
    }

    func fail(_ error: RemoteError) {
        failure = error
        hasEnded = true
        waiter.fire()
    }
}
