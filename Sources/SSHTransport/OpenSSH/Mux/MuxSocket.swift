import CLibSSH
import Glibc
import Synchronization

/// A connection to a multiplexing `ssh` through its control socket, in proxy mode: packets of RFC 4254 go both ways.
///
/// See PROTOCOL.mux of OpenSSH, section 11; known to every release since 7.4.
final class MuxSocket: Sendable {
    struct Gone: Error {}

    private let readEnd: Int32
    private let writeEnd: Int32
    private let readiness: Readiness
    private let received = Mutex<[UInt8]>([])
    /// Nothing that ssh sends is longer: a packet holds at most 32 KiB of data.
    private static let packetLimit = 1 << 20

    /// - Throws: `Gone` where nobody answers, `CancellationError`.
    static func connect(to path: String, readiness: Readiness) async throws -> MuxSocket {
        let socket = try MuxSocket(path, readiness)
        try await socket.greet()
        return socket
    }

    private init(_ path: String, _ readiness: Readiness) throws {
        self.readiness = readiness
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw Gone() }
        readEnd = descriptor
        writeEnd = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard writeEnd >= 0, Self.connect(descriptor, path) else { throw Gone() }
        _ = fcntl(descriptor, F_SETFL, O_RDWR | O_NONBLOCK)
    }

    deinit {
        close(readEnd)
        if writeEnd >= 0 { close(writeEnd) }
    }

    static func connect(_ descriptor: Int32, _ path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { return false }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private func greet() async throws {
        let (hello, proxy): (UInt32, UInt32) = (1, 0x1000_000F)
        var packet: [UInt8] = []
        packet.append(uint32: hello)
        packet.append(uint32: 4)
        try await send(packet)
        packet = []
        packet.append(uint32: proxy)
        packet.append(uint32: 0)
        try await send(packet)
        for expected in [hello, 0x8000_000F] {
            let answer = try await receive()
            var reader = WireReader(answer[...])
            guard reader.uint32() == expected else { throw Gone() }
        }
    }

    /// Sends one packet whole. One sender at a time.
    ///
    /// - Throws: `Gone`, `CancellationError` (then part of the packet may be on its way: the socket is of no more use).
    func send(_ packet: [UInt8]) async throws {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(packet.count + 4)
        bytes.append(string: packet)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(writeEnd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try await readiness.writable(writeEnd)
            } else if errno != EINTR {
                throw Gone()
            }
        }
    }

    /// The next packet. One receiver at a time; cancelling loses nothing.
    ///
    /// - Throws: `Gone` when ssh has ended, `CancellationError`.
    func receive() async throws -> [UInt8] {
        while true {
            if let packet = try received.withLock({ try Self.takePacket(&$0) }) { return packet }
            try await fill()
        }
    }

    private static func takePacket(_ bytes: inout [UInt8]) throws -> [UInt8]? {
        var reader = WireReader(bytes.prefix(4))
        guard let length = reader.uint32().map(Int.init) else { return nil }
        guard length <= packetLimit else { throw Gone() }
        guard bytes.count >= 4 + length else { return nil }
        defer { bytes.removeFirst(4 + length) }
        return Array(bytes[4..<(4 + length)])
    }

    private func fill() async throws {
        while true {
            let outcome = received.withLock { bytes -> Int in
                withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { room in
                    let count = recv(readEnd, room.baseAddress, room.count, 0)
                    if count > 0 { bytes.append(contentsOf: room.prefix(count)) }
                    return count
                }
            }
            if outcome > 0 { return }
            guard outcome < 0, errno == EAGAIN || errno == EINTR else { throw Gone() }
            try await readiness.readable(readEnd)
        }
    }
}
