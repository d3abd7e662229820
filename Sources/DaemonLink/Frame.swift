/// One message on the socket: four bytes of length (big endian), a kind, the conversation's number, a payload.
struct Frame: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
        // From the command to the daemon
        case request = 1
        case input = 2
        case inputEnd = 3
        case cancel = 4
        // From the daemon to the command
        case stdout = 16
        case stderr = 17
        case wantInput = 18
        case reply = 19
        case failure = 20
    }

    var kind: Kind
    var conversation: UInt32
    var payload: [UInt8]

    /// A frame longer than this is a mistake of the other side.
    static let longest = 80 << 20
    static let headerSize = 9

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerSize + payload.count)
        bytes.append(bigEndian: UInt32(payload.count + 5))
        bytes.append(kind.rawValue)
        bytes.append(bigEndian: conversation)
        bytes.append(contentsOf: payload)
        return bytes
    }
}

extension [UInt8] {
    mutating func append(bigEndian number: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    func bigEndian(at index: Int) -> UInt32 {
        self[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
