import CLibSSH
import Glibc

/// Carries bytes between a jump host's channel and a socket pair, whose other end a session of its own uses.
/// At most `limit` bytes wait in each direction; more stays with the sender.
@SSHLoop
final class ForwardPump {
    private static let limit = 256 << 10

    /// The end for the inner session, which owns and closes it.
    let innerDescriptor: Int32
    private let descriptor: Int32
    private let channel: Channel
    private let release: @SSHLoop () -> Void
    private var watch: Watch?
    private var inbound: [UInt8] = []
    private var inboundStart = 0
    private var hasEnded = false
    private var hasShutDown = false

    /// - `channel`: an open forward.
    /// - `release`: called once, when the pump has ended.
    /// - Returns: nil when there are no descriptors left.
    init?(_ channel: Channel, release: @escaping @SSHLoop () -> Void) {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &pair) == 0 else { return nil }
        descriptor = pair[0]
        innerDescriptor = pair[1]
        self.channel = channel
        self.release = release
        watch = Watch(descriptor, events: Watch.input) { [weak self] in self?.socketIsReady($0) }
        channel.onData = { [weak self] bytes, _ in self?.takeFromChannel(bytes) ?? bytes.count }
        channel.onChange = { [weak self] in self?.channelChanged() }
        // The far side may have spoken already.
        channel.drainKeptBack(room: Self.limit)
        channelChanged()
    }

    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        watch?.end()
        close(descriptor)
        channel.abandon()
        release()
    }

    // MARK: Channel to socket

    private func takeFromChannel(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard inbound.count - inboundStart < Self.limit else { return 0 }
        var rest = bytes
        if inbound.isEmpty {
            let written = max(0, Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)))
            rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
        }
        if !rest.isEmpty {
            inbound.append(contentsOf: rest)
            updateInterest()
        }
        return bytes.count
    }

    private func flushInbound() {
        while inboundStart < inbound.count {
            let written = inbound.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[inboundStart...])
                return Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard written > 0 else { return }
            inboundStart += written
        }
        inbound.removeAll(keepingCapacity: true)
        inboundStart = 0
        channel.drainKeptBack(room: Self.limit)
    }

    private func channelChanged() {
        if !channel.connection.isAlive || channel.isClosed || channel.isEOF {
            flushInbound()
            if inbound.isEmpty, !hasShutDown {
                hasShutDown = true
                shutdown(descriptor, Int32(SHUT_WR))
            }
        }
        updateInterest()
    }

    // MARK: Socket to channel

    private func socketIsReady(_ events: UInt32) {
        if events & Watch.output != 0 {
            flushInbound()
            channelChanged()
        }
        guard events & ~Watch.output != 0, !hasEnded else { return }
        var buffer = [UInt8](repeating: 0, count: 32 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 {
            channel.send(Array(buffer.prefix(count)))
            updateInterest()
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
            end()
        }
    }

    private func updateInterest() {
        guard !hasEnded else { return }
        let reads = channel.pending < Self.limit
        watch?.want((reads ? Watch.input : 0) | (inbound.isEmpty ? 0 : Watch.output))
    }
}
