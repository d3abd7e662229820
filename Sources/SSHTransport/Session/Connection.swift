import CLibSSH
import FleetModel
import Operations

/// One authenticated connection and its channels.
@SSHLoop
final class Connection {
    let destination: Destination
    private(set) var session: Session?
    private var channels: [ObjectIdentifier: Channel] = [:]
    /// Channels that something happened to since the last `settle`.
    private var touched: [Channel] = []
    /// Channels whose request is not answered yet; libssh has no callback for the answer.
    private var awaiting: [Channel] = []
    /// Channels that stopped sending because the socket or the far side's window was full.
    private var unsent: [Channel] = []
    /// The channel of a jump host that carries this connection.
    private let carrier: ForwardPump?
    /// Why it ended, in libssh's words.
    private(set) var lossText: String?
    /// Called once, when the connection is lost or closed.
    var onEnd: (@SSHLoop () -> Void)?
    private var isSettling = false
    /// It has opened a session before, so a refusal is no rule of the server's.
    var hasServed = false
    /// Learned from the guard of the first command; the server keeps it as long as the connection stands.
    var loginShell: LoginShell?

    init(_ session: Session, to destination: Destination, carrier: ForwardPump?) {
        self.session = session
        self.destination = destination
        self.carrier = carrier
    }

    var isAlive: Bool { session != nil }

    /// From now on the loop tells the connection when its socket is ready.
    func start() {
        session?.attach { [weak self] in self?.becameReady() }
        session?.updateInterest()
    }

    /// - Returns: nil when the connection is dead.
    func makeChannel() -> Channel? {
        guard let session, let channel = Channel(self, session) else { return nil }
        channels[ObjectIdentifier(channel)] = channel
        return channel
    }

    private func becameReady() {
        guard let session else { return }
        let isAlive = session.process()
        settle()
        // Settling may have found it dead too, and then the session is freed already.
        if !isAlive, self.session != nil { lose(session.errorText) }
    }

    /// Finds out whether the session still lives, after a call of libssh failed.
    func checkAlive() -> Bool {
        guard let session else { return false }
        return ssh_get_status(session.raw) & (SSH_CLOSED | SSH_CLOSED_ERROR) == 0
    }

    func updateInterest() { session?.updateInterest() }

    func touch(_ channel: Channel) {
        guard session != nil, !channel.isTouched else { return }
        channel.isTouched = true
        touched.append(channel)
    }

    func isAwaiting(_ channel: Channel, _ isAwaiting: Bool) {
        if let index = awaiting.firstIndex(where: { $0 === channel }) {
            if !isAwaiting { awaiting.remove(at: index) }
        } else if isAwaiting {
            awaiting.append(channel)
        }
    }

    func hasUnsent(_ channel: Channel) {
        if !unsent.contains(where: { $0 === channel }) { unsent.append(channel) }
    }

    /// Looks at the channels that something happened to, and only at those: sends what can be sent, tells the owners,
    /// frees what both sides have closed.
    func settle() {
        guard !isSettling, let session else { return }
        isSettling = true
        for channel in awaiting { touch(channel) }
        if !unsent.isEmpty, !session.hasBacklog {
            unsent.forEach(touch)
            unsent = []
        }
        while let channel = touched.popLast() {
            channel.isTouched = false
            guard self.session != nil else { break }
            channel.flush()
            channel.onChange?()
            if channel.isAbandoned { finish(channel) }
        }
        isSettling = false
        self.session?.updateInterest()
        loseIfDead()
    }

    /// libssh closes its socket when it finds the session dead, and then no event will ever tell.
    func loseIfDead() {
        guard !isSettling, let session, !checkAlive() else { return }
        lose(session.errorText)
    }

    private func finish(_ channel: Channel) {
        if !channel.isOpen, !channel.isClosed {
            // Its opening was under way when it was given up: it has to be finished before it can be closed.
            switch channel.open() {
            case .done: channel.closeIfOpen()
            case .again: return
            case .refused, .dead: channel.markClosed()
            }
        }
        guard channel.isClosed, channels.removeValue(forKey: ObjectIdentifier(channel)) != nil else { return }
        awaiting.removeAll { $0 === channel }
        unsent.removeAll { $0 === channel }
        channel.dispose(freeing: true)
    }

    /// Ends the connection from our side.
    func close() {
        guard let session else { return }
        ssh_disconnect(session.raw)
        lose("closed by us")
    }

    private func lose(_ reason: String) {
        guard let session else { return }
        lossText = reason
        self.session = nil
        let ended = channels.values
        channels = [:]
        (touched, awaiting, unsent) = ([], [], [])
        session.free()
        carrier?.end()
        for channel in ended {
            let onChange = channel.onChange
            channel.dispose(freeing: false)
            onChange?()
        }
        onEnd?()
        onEnd = nil
    }
}
