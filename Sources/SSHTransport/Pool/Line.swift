import FleetModel
import Operations

/// One way to a node, and which of the two connections that may go it.
struct Lane: Hashable {
    let route: Destination
    let isSpare: Bool
}

/// One way to one node: its connection, who uses it, and who waits.
@SSHLoop
final class Line {
    let destination: Destination
    let lane: Lane
    private(set) var connection: Connection?
    var dial: Dial?
    var waiting: [Ticket] = []
    /// Sessions in use, at most `bound`.
    private(set) var inUse = 0
    /// Of these, the ones that stay open until somebody closes them.
    private var streams = 0
    /// Sessions and forwards in use.
    private(set) var users = 0
    private var bound: Int
    private var highestBound: Int
    /// What its last user was.
    private(set) var lastToLeave = Ticket.Kind.command
    private var grantsSinceRefusal = 0
    var idleTimer: LoopTimer?
    var spareTimer: LoopTimer?

    init(_ destination: Destination, _ lane: Lane, bound: Int) {
        self.destination = destination
        self.lane = lane
        self.bound = max(1, bound)
        highestBound = self.bound
    }

    /// What was learned about the last connection holds no longer: the server may have other settings now.
    func adopt(_ connection: Connection, bound: Int) {
        self.connection = connection
        (users, inUse, streams, grantsSinceRefusal) = (0, 0, 0, 0)
        lastToLeave = .command
        self.bound = max(1, bound)
        highestBound = self.bound
    }

    func lostConnection() { connection = nil }

    /// Gives places to those who wait, in their order.
    func grant(_ connection: Connection) {
        while let next = waiting.first, next.kind == .forward || inUse < bound {
            waiting.removeFirst()
            count(next, 1)
            next.grant(connection)
            raiseBound()
        }
    }

    func leave(_ ticket: Ticket) {
        count(ticket, -1)
        lastToLeave = ticket.kind
    }

    /// The server refused the last session that was asked for.
    func refused() {
        bound = max(1, inUse - 1)
        grantsSinceRefusal = 0
    }

    /// A refusal may have been a passing one (sshd counts a session until it has reaped its process), so now and then
    /// one more is tried.
    private func raiseBound() {
        grantsSinceRefusal += 1
        guard bound < highestBound, grantsSinceRefusal >= Self.grantsUntilRaise else { return }
        bound += 1
        grantsSinceRefusal = 0
    }

    private static let grantsUntilRaise = 64

    /// No session of this connection will be free for a long time.
    var isHeldByStreams: Bool { connection != nil && streams >= bound }

    /// The first of those who wait for a session of a connection that the server allows too few of.
    var wantsSpare: Ticket? {
        let isShort = isHeldByStreams || bound < highestBound && inUse >= bound
        return !lane.isSpare && connection != nil && isShort ? waiting.first { $0.kind != .forward } : nil
    }

    /// Takes out those who wait for a session; a forward needs none.
    func giveUpWaiting() -> [Ticket] {
        defer { waiting.removeAll { $0.kind != .forward } }
        return waiting.filter { $0.kind != .forward }
    }

    private func count(_ ticket: Ticket, _ change: Int) {
        users += change
        if ticket.kind != .forward { inUse += change }
        if ticket.kind == .stream { streams += change }
    }

    /// Nothing of ours holds up whoever asks for this line.
    var hasTurn: Bool { connection != nil || dial?.hasTurn == true }

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
    enum Kind {
        case command
        /// Stays open until somebody closes it.
        case stream
        /// No session, so it takes none of the places.
        case forward
    }

    private(set) var line: Line
    let deadlines: Deadlines
    let kind: Kind
    private let waiter: Waiter
    /// True when the connection was there before the ticket, so that it may turn out to be dead.
    private(set) var isWarm: Bool
    var granted: Connection?
    var hasEnded = false
    private var failure: RemoteError?
    /// False while our own throttle holds up the connection that it waits for.
    var hasTurn: Bool {
        didSet { if hasTurn != oldValue { onTurn?(hasTurn) } }
    }
    var onTurn: (@SSHLoop (Bool) -> Void)?

    init(_ line: Line, _ deadlines: Deadlines, _ waiter: Waiter, _ kind: Kind) {
        self.line = line
        self.deadlines = deadlines
        self.waiter = waiter
        self.kind = kind
        isWarm = line.connection != nil
        hasTurn = line.hasTurn
    }

    func move(to line: Line) {
        self.line = line
        isWarm = line.connection != nil
        hasTurn = line.hasTurn
    }

    /// - Returns: nil while it has to wait.
    /// - Throws: why there will be no connection.
    func connection() throws -> Connection? {
        if let failure { throw failure }
        return granted
    }

    /// What its line is doing, for the text of a time limit.
    var stage: String {
        if granted != nil { return "opening a session" }
        return line.dial?.stage ?? "waiting for a free session on the connection"
    }

    func grant(_ connection: Connection) {
        granted = connection
        if hasTurn { onTurn?(true) } else { hasTurn = true }
        waiter.fire()
    }

    func fail(_ error: RemoteError) {
        failure = error
        hasEnded = true
        waiter.fire()
    }
}
