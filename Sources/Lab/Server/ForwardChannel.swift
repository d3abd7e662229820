import CLibSSH
import Glibc

/// A way through a node to another one of the lab, as a jump host opens it (`direct-tcpip`).
///
/// At most `limit` bytes wait in each direction; more stays with the sender.
final class ForwardChannel: ServedChannel {
    private static let limit = 256 * 1024

    let channel: ssh_channel
    unowned let connection: SSHConnection
    private let callbacks: UnsafeMutablePointer<ssh_channel_callbacks_struct>
    private var descriptor: Int32
    private var inbound: [UInt8] = []
    private var outbound: [UInt8] = []
    private var inboundEnded = false
    private var hasShutDown = false
    private var hasEnded = false
    private(set) var isClosed = false

    /// - `host`: An address of the lab, which the caller has looked up.
    init(_ channel: ssh_channel, on connection: SSHConnection, to host: String, port: UInt16) {
        self.channel = channel
        self.connection = connection
        self.callbacks = .allocate(capacity: 1)
        self.descriptor = LoopbackSocket.connecting(to: host, port: port)
        callbacks.initialize(to: ssh_channel_callbacks_struct())
        installCallbacks()
    }

    deinit {
        callbacks.deinitialize(count: 1)
        callbacks.deallocate()
    }

    private var loop: ServerLoop { connection.node.loop }

    func advance() {
        guard !isClosed else { return abandon() }
        flushInbound()
        flushOutbound()
        if descriptor < 0, outbound.isEmpty { end() }
        updateInterest()
    }

    func ready(_ descriptor: Int32, for readiness: Readiness) {
        if readiness.contains(.read) || !readiness.isDisjoint(with: .hangUp) { readSocket() }
        connection.pump()
    }

    func abandon() { closeSocket() }

    // MARK: From the client to the node behind

    private func received(_ data: UnsafeRawBufferPointer) -> Int {
        guard descriptor >= 0 else { return data.count }
        guard inbound.count < Self.limit else { return 0 }
        inbound.append(contentsOf: data)
        return data.count
    }

    private func flushInbound() {
        while descriptor >= 0, !inbound.isEmpty {
            let count = inbound.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else {
                if errno == EAGAIN || errno == EINTR || errno == ENOTCONN { return }
                return closeSocket()
            }
            inbound.removeFirst(count)
            if inbound.isEmpty { drainLeftover() }
        }
        if inboundEnded, !hasShutDown, descriptor >= 0 {
            hasShutDown = true
            shutdown(descriptor, Int32(SHUT_WR))
        }
    }

    /// Takes what libssh kept back while our own buffer was full; taking it gives the client room again.
    private func drainLeftover() {
        let count = loop.scratch.withUnsafeMutableBytes {
            ssh_channel_read_nonblocking(channel, $0.baseAddress, UInt32($0.count), 0)
        }
        if count > 0 { inbound.append(contentsOf: loop.scratch[..<Int(count)]) }
    }

    // MARK: From the node behind to the client

    private func readSocket() {
        guard descriptor >= 0, outbound.isEmpty else { return }
        let count = loop.scratch.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count > 0 {
            outbound = Array(loop.scratch[..<count])
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
            closeSocket()
        }
    }

    private func flushOutbound() {
        guard !outbound.isEmpty else { return }
        let written = outbound.withUnsafeBytes { ssh_channel_write(channel, $0.baseAddress, UInt32($0.count)) }
        guard written >= 0 else { return connection.close() }
        outbound.removeFirst(Int(written))
    }

    private func updateInterest() {
        guard descriptor >= 0 else { return }
        var interest: Readiness = outbound.isEmpty ? .read : []
        if !inbound.isEmpty { interest.insert(.write) }
        loop.poller.watch(descriptor, for: interest, self)
    }

    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        ssh_channel_send_eof(channel)
        ssh_channel_close(channel)
    }

    private func closeSocket() {
        guard descriptor >= 0 else { return }
        loop.poller.forget(descriptor)
        close(descriptor)
        descriptor = -1
        inbound = []
    }

    // MARK: libssh's callbacks: only noted here, done in `advance`

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> ForwardChannel? {
        pointer.map { Unmanaged<ForwardChannel>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The structure must live as long as the channel: `SSHConnection` keeps both until the channel is freed.
    private func installCallbacks() {
        callbacks.pointee.size = MemoryLayout<ssh_channel_callbacks_struct>.size
        callbacks.pointee.userdata = Unmanaged.passUnretained(self).toOpaque()
        callbacks.pointee.channel_data_function = { _, _, data, count, _, me in
            let bytes = UnsafeRawBufferPointer(start: data, count: Int(count))
            return Int32(ForwardChannel.of(me)?.received(bytes) ?? bytes.count)
        }
        callbacks.pointee.channel_eof_function = { _, _, me in ForwardChannel.of(me)?.inboundEnded = true }
        callbacks.pointee.channel_close_function = { _, _, me in ForwardChannel.of(me)?.isClosed = true }
        ssh_set_channel_callbacks(channel, callbacks)
    }
}
