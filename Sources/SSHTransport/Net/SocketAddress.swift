import CLibSSH
import Glibc

/// One address to dial, as the resolver gave it.
struct SocketAddress: Sendable {
    let storage: sockaddr_storage
    let length: socklen_t

    var isIPv6: Bool { Int32(storage.ss_family) == AF_INET6 }

    /// The numeric text, such as `192.0.2.7`.
    var text: String { Self.text(of: self) }

    /// - `numericOnly`: answers without any network, for literal addresses.
    /// - Returns: nothing where the name has no address.
    static func resolve(_ host: String, port: UInt16, numericOnly: Bool) -> Result<[SocketAddress], ResolverFailure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (numericOnly ? AI_NUMERICHOST : AI_ADDRCONFIG)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { return .failure(ResolverFailure(reason: String(cString: gai_strerror(code)))) }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee, found.count < 16 {
            if let address = SocketAddress(entry) { found.append(address) }
            next = entry.ai_next
        }
        return .success(interleaved(found))
    }

    private init?(_ entry: addrinfo) {
        guard let address = entry.ai_addr, entry.ai_addrlen <= MemoryLayout<sockaddr_storage>.size else { return nil }
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen)))
        }
        self.storage = storage
        self.length = entry.ai_addrlen
    }

    /// The resolver's order, but the families by turns, so that one broken family costs one step only.
    private static func interleaved(_ found: [SocketAddress]) -> [SocketAddress] {
        guard let first = found.first else { return [] }
        let same = found.filter { $0.isIPv6 == first.isIPv6 }
        let other = found.filter { $0.isIPv6 != first.isIPv6 }
        var mixed: [SocketAddress] = []
        for index in 0..<max(same.count, other.count) {
            if index < same.count { mixed.append(same[index]) }
            if index < other.count { mixed.append(other[index]) }
        }
        return mixed
    }

    func withPointer<R>(_ body: (UnsafePointer<sockaddr>) -> R) -> R {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }

    private static func text(of address: SocketAddress) -> String {
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = address.withPointer {
            getnameinfo($0, address.length, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        }
        guard code == 0 else { return "?" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

struct ResolverFailure: Error, Sendable {
    let reason: String
}
