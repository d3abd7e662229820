import CLibSSH
import FleetModel
import Glibc
import Operations

/// Makes one authenticated connection: throttle, name, TCP or jump host, key exchange, host key, log-in.
///
/// Tries again only while the server turns new connections away, which it does before anything has begun.
@SSHLoop
final class Dial {
    let destination: Destination
    let deadlines: Deadlines
    let waiter = Waiter()
    private let pool: ConnectionPool
    private var timer: LoopTimer?
    private var connecting: Places.Place?
    private var loggingIn: Places.Place?
    /// What it is doing, for the text of a time limit.
    private(set) var stage = "waiting for its turn to log in"
    /// Our own throttle lets it log in; false again while it waits because the server turned it away.
    private(set) var hasTurn = false {
        didSet { if hasTurn != oldValue { onTurn?(hasTurn) } }
    }
    var onTurn: (@SSHLoop (Bool) -> Void)?

    init(_ destination: Destination, _ deadlines: Deadlines, _ pool: ConnectionPool) {
        self.destination = destination
        self.deadlines = deadlines
        self.pool = pool
    }

    /// - Throws: `RemoteError`.
    func run() async throws -> Connection {
        let begun = SSHLoop.now
        var attempt = 0
        while true {
            do {
                return try await loginInTurn()
            } catch let refusal as TurnedAway {
                attempt += 1
                let spent = Duration.nanoseconds(SSHLoop.now - begun)
                guard refusal.isWorthRetrying(attempt), spent < pool.settings.loginPatience else {
                    throw attempt > 1 || refusal.isExplicit ? throttled(refusal, attempt, spent) : refusal.error
                }
                hasTurn = false
                stage = "waiting because the server turns log-ins away"
                try await waiter.pause(LoginBackoff.delay(attempt: attempt))
            }
        }
    }

    private func loginInTurn() async throws -> Connection {
        let address =
            destination.path.isEmpty
            ? LoginThrottle.key(host: destination.host.text, port: destination.port.number)
            : destination.path.map(\.host.text).joined(separator: ">") + ">" + destination.host.text
        let turn = pool.throttle.request(address, waiter: waiter)
        do {
            _ = try await waiter.until { turn.era }
            let connection = try await connect()
            pool.throttle.end(turn, .accepted)
            return connection
        } catch {
            pool.throttle.end(turn, error is TurnedAway ? .turnedAway : .failed)
            throw error
        }
    }

    private func connect() async throws -> Connection {
        defer {
            timer?.cancel()
            giveBackPlaces()
        }
        let (socket, carrier) = try await openSocket()
        timer?.cancel()
        do {
            try await takeLoginPlace()
        } catch {
            close(socket)
            carrier?.end()
            throw error
        }
        let key = destination.hostKey?.algorithm
        guard let session = Session(descriptor: socket, user: destination.user, hostKeyAlgorithm: key) else {
            carrier?.end()
            throw failure(.protocolError, "libssh could not make a session")
        }
        do {
            try await logIn(session)
        } catch {
            session.free()
            carrier?.end()
            throw error
        }
        return Connection(session, to: destination, carrier: carrier)
    }

    /// Waits until it may connect; the time limit of the connect begins then.
    func takeConnectPlace() async throws {
        let place = pool.connects.request(waiter)
        connecting = place
        try await waiter.until { place.isGranted ? () : nil }
        stage = "connecting"
        limit(deadlines.connect) { [self] limit in
            failure(.connectTimeout, "no connection within \(limit)", advice: Self.connectAdvice)
        }
    }

    /// Only who is connected asks for a place among the log-ins, so a far side that never answers holds up no other.
    /// Who waits for it keeps the place among those that connect, which bounds their sockets.
    private func takeLoginPlace() async throws {
        stage = "waiting for its turn to log in"
        let place = pool.logins.request(waiter)
        loggingIn = place
        try await waiter.until { place.isGranted ? () : nil }
        if let connecting { pool.connects.end(connecting) }
        hasTurn = true
    }

    private func giveBackPlaces() {
        if let connecting { pool.connects.end(connecting) }
        if let loggingIn { pool.logins.end(loggingIn) }
        (connecting, loggingIn) = (nil, nil)
    }

    private func openSocket() async throws -> (Int32, ForwardPump?) {
        if !destination.path.isEmpty {
            let carrier = try await openForward(pool)
            return (carrier.innerDescriptor, carrier)
        }
        try await takeConnectPlace()
        let addresses = try await resolve()
        let race = DialRace(addresses, waiter: waiter)
        defer { race.cancel() }
        switch try await waiter.until({ race.outcome }) {
        case .connected(let descriptor):
            SocketOptions.apply(to: descriptor, userTimeout: pool.settings.unacknowledgedTime)
            return (descriptor, nil)
        case .failed(let code):
            throw connectFailure(code)
        }
    }

    private func resolve() async throws -> [SocketAddress] {
        let (host, port) = (destination.host.text, destination.port.number)
        if case .success(let found) = SocketAddress.resolve(host, port: port, numericOnly: true) { return found }
        stage = "resolving \(host)"
        let answer = await BlockingPool.names.run { SocketAddress.resolve(host, port: port, numericOnly: false) }
        if let stopped = waiter.stopped { throw stopped }
        switch answer {
        case .success(let found) where !found.isEmpty: return found
        case .success: throw unresolved("it has no address")
        case .failure(let error): throw unresolved(error.reason)
        }
    }

    private func logIn(_ session: Session) async throws {
        stage = "waiting for the server's banner"
        limit(deadlines.login) { [self] limit in loginTimeout(session, limit) }
        try await exchangeKeys(session)
        stage = "checking the host key"
        guard let key = session.hostKey() else { throw failure(.protocolError, "the server showed no host key") }
        session.pause()
        try await pool.trust.examine(key, of: destination)
        session.resume()
        if let stopped = waiter.stopped { throw stopped }
        stage = "logging in"
        var authentication = Authentication(session, user: destination.user, waiter: waiter)
        switch try await authentication.run(destination.credentials) {
        case .accepted: return
        case .denied(let offered, let unusable, let allowed): throw denied(offered, unusable, allowed)
        case .broken: throw loginBroken(session)
        }
    }

    private func exchangeKeys(_ session: Session) async throws {
        session.attach { [waiter] in waiter.fire() }
        var preamble: [UInt8] = []
        var isFirst = true
        let code = try await waiter.until {
            if session.serverBanner == nil, preamble.isEmpty {
                preamble = session.peek() ?? []
                if !preamble.isEmpty { session.preferKeyExchange(seeing: preamble) }
            }
            let code = ssh_connect(session.raw)
            if isFirst || code != SSH_AGAIN { SocketOptions.makeNonBlocking(session.descriptor) }
            isFirst = false
            session.updateInterest()
            return code == SSH_AGAIN ? nil : code
        }
        guard code == SSH_OK else { throw exchangeFailure(session, preamble) }
        stage = "checking the host key"
    }

    /// One time limit at a time; its error ends the whole dial.
    private func limit(_ limit: Duration?, _ error: @escaping @SSHLoop (Duration) -> RemoteError) {
        timer?.cancel()
        timer = limit.map { limit in SSHLoop.after(limit) { [waiter] in waiter.stop(error(limit)) } }
    }
}

/// Exponential from 100 ms to 3 s, each with a random half more or less, so that those turned away do not come back together.
enum LoginBackoff {
    static func delay(attempt: Int) -> Duration {
        .milliseconds(min(3000, 100 << min(attempt - 1, 5))) * Double.random(in: 0.5...1.5)
    }
}
