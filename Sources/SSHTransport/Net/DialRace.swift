import CLibSSH
import Glibc

/// Connects to the first of several addresses that answers: the next one starts when one failed or after 250 ms.
@SSHLoop
final class DialRace {
    enum Outcome {
        case connected(Int32)
        /// The `errno` of the last address tried.
        case failed(Int32)
    }

    private(set) var outcome: Outcome?
    private let waiter: Waiter
    private var remaining: ArraySlice<SocketAddress>
    private var attempts: [Int32: Watch] = [:]
    private var stagger: LoopTimer?
    private var lastError = ENETUNREACH

    /// - `waiter`: fired when there is an outcome.
    init(_ addresses: [SocketAddress], waiter: Waiter) {
        self.remaining = addresses[...]
        self.waiter = waiter
        startNext()
    }

    /// Ends what is under way; a descriptor already handed out stays open.
    func cancel() {
        stagger?.cancel()
        for (descriptor, watch) in attempts { drop(descriptor, watch) }
        attempts = [:]
        remaining = []
    }

    private func startNext() {
        stagger?.cancel()
        while outcome == nil, let address = remaining.popFirst() {
            if start(address) { break }
        }
        if outcome == nil, attempts.isEmpty, remaining.isEmpty { finish(.failed(lastError)) }
        guard outcome == nil, !remaining.isEmpty else { return }
        stagger = SSHLoop.after(.milliseconds(250)) { [weak self] in self?.startNext() }
    }

    /// - Returns: false when the address failed at once.
    private func start(_ address: SocketAddress) -> Bool {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(Int32(address.storage.ss_family), type, 0)
        guard descriptor >= 0 else {
            lastError = errno
            return false
        }
        let code = address.withPointer { Glibc.connect(descriptor, $0, address.length) }
        if code != 0, errno != EINPROGRESS {
            lastError = errno
            close(descriptor)
            return false
        }
        attempts[descriptor] = Watch(descriptor, events: Watch.output) { [weak self] _ in self?.settle(descriptor) }
        return true
    }

    private func settle(_ descriptor: Int32) {
        guard let watch = attempts.removeValue(forKey: descriptor) else { return }
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
        guard error == 0 else {
            lastError = error
            drop(descriptor, watch)
            return startNext()
        }
        watch.end()
        finish(.connected(descriptor))
    }

    private func finish(_ outcome: Outcome) {
        self.outcome = outcome
        cancel()
        waiter.fire()
    }

    private func drop(_ descriptor: Int32, _ watch: Watch) {
        watch.end()
        close(descriptor)
    }
}

/// The options every TCP connection of ours gets.
enum SocketOptions {
    /// - `userTimeout`: how long sent bytes may stay unacknowledged before the connection counts as dead.
    static func apply(to descriptor: Int32, userTimeout: Duration) {
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
        set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: userTimeout.nanoseconds / 1_000_000))
    }

    /// libssh makes its socket blocking when it connects; a stalled peer would then stop the loop in `send`.
    static func makeNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
