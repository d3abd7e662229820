import FleetModel

/// One session channel of RFC 4254, seen from the client: packets in, events out; no I/O.
///
/// Packets are those of OpenSSH's multiplexing proxy: a padding length of zero, then the message.
struct MuxSession {
    enum Event: Equatable {
        case opened
        case openRefused(reason: UInt32, text: String)
        case requestAccepted
        case requestRefused
        case output(OutputChunk)
        case windowGrew
        case exited(Int32)
        case signalled(String)
        case closed
    }

    struct Malformed: Error {
        let message: UInt8
    }

    private enum Message {
        static let globalRequest: UInt8 = 80
        static let open: UInt8 = 90
        static let openConfirmation: UInt8 = 91
        static let openFailure: UInt8 = 92
        static let windowAdjust: UInt8 = 93
        static let data: UInt8 = 94
        static let extendedData: UInt8 = 95
        static let eof: UInt8 = 96
        static let close: UInt8 = 97
        static let request: UInt8 = 98
        static let success: UInt8 = 99
        static let failure: UInt8 = 100
    }

    static let window: UInt32 = 1 << 20
    private static let ownID: UInt32 = 1
    private static let packetLimit: UInt32 = 32_768

    private(set) var remoteID: UInt32 = 0
    /// Bytes that the far side takes at the moment.
    private(set) var sendWindow = 0
    private var maximumPacket = 0
    private var unreturned: UInt32 = 0

    // MARK: what we say

    static var openPacket: [UInt8] {
        var packet: [UInt8] = [0, Message.open]
        packet.append(string: "session".utf8)
        packet.append(uint32: ownID)
        packet.append(uint32: window)
        packet.append(uint32: packetLimit)
        return packet
    }

    func execPacket(_ line: [UInt8]) -> [UInt8] {
        var packet = addressed(Message.request)
        packet.append(string: "exec".utf8)
        packet.append(1)
        packet.append(string: line)
        return packet
    }

    var eofPacket: [UInt8] { addressed(Message.eof) }
    var closePacket: [UInt8] { addressed(Message.close) }

    /// As much of the bytes as the far side takes now, as a packet; the window shrinks by it.
    mutating func dataPacket(_ bytes: inout ArraySlice<UInt8>) -> [UInt8]? {
        let count = min(bytes.count, sendWindow, maximumPacket)
        guard count > 0 else { return nil }
        var packet = addressed(Message.data)
        packet.append(string: bytes.prefix(count))
        bytes = bytes.dropFirst(count)
        sendWindow -= count
        return packet
    }

    /// Gives the far side room again, where enough was consumed to be worth a packet.
    mutating func windowPacket() -> [UInt8]? {
        guard unreturned >= Self.window / 4 else { return nil }
        var packet = addressed(Message.windowAdjust)
        packet.append(uint32: unreturned)
        unreturned = 0
        return packet
    }

    private func addressed(_ message: UInt8) -> [UInt8] {
        var packet: [UInt8] = [0, message]
        packet.append(uint32: remoteID)
        return packet
    }

    // MARK: what we hear

    /// - Throws: `Malformed` when the packet breaks the protocol.
    mutating func receive(_ packet: [UInt8]) throws -> Event? {
        guard packet.count >= 2 else { throw Malformed(message: 0) }
        let message = packet[1]
        var reader = WireReader(packet[2...])
        if message == Message.globalRequest { return nil }
        guard reader.uint32() == Self.ownID, let event = try read(message, &reader) else {
            throw Malformed(message: message)
        }
        return event.first
    }

    // An inner nil: well formed, and nothing that anybody waits for.
    private mutating func read(_ message: UInt8, _ reader: inout WireReader) throws -> [Event]? {
        switch message {
        case Message.openConfirmation: return readConfirmation(&reader)
        case Message.openFailure:
            guard let reason = reader.uint32(), let text = reader.text() else { return nil }
            return [.openRefused(reason: reason, text: text)]
        case Message.windowAdjust:
            guard let more = reader.uint32() else { return nil }
            sendWindow = min(sendWindow + Int(more), Int(UInt32.max))
            return [.windowGrew]
        case Message.data: return readOutput(.stdout, &reader)
        case Message.extendedData:
            guard reader.uint32() != nil else { return nil }
            return readOutput(.stderr, &reader)
        case Message.eof: return []
        case Message.close: return [.closed]
        case Message.request: return readRequest(&reader)
        case Message.success: return [.requestAccepted]
        case Message.failure: return [.requestRefused]
        default: return nil
        }
    }

    private mutating func readConfirmation(_ reader: inout WireReader) -> [Event]? {
        guard let id = reader.uint32(), let window = reader.uint32(), let packet = reader.uint32() else { return nil }
        remoteID = id
        sendWindow = Int(window)
        maximumPacket = Int(min(packet, Self.packetLimit))
        return [.opened]
    }

    private mutating func readOutput(_ stream: OutputChunk.Stream, _ reader: inout WireReader) -> [Event]? {
        guard let bytes = reader.string(), bytes.count <= Int(Self.window) else { return nil }
        unreturned += UInt32(bytes.count)
        return [.output(OutputChunk(stream, Array(bytes)))]
    }

    private func readRequest(_ reader: inout WireReader) -> [Event]? {
        guard let kind = reader.text(), reader.byte() != nil else { return nil }
        switch kind {
        case "exit-status":
            guard let code = reader.uint32() else { return nil }
            return [.exited(Int32(truncatingIfNeeded: code))]
        case "exit-signal":
            guard let name = reader.text(), name.utf8.count <= 32 else { return nil }
            return [.signalled(String(name.unicodeScalars.filter { !$0.rewritesItsLine }))]
        default: return []
        }
    }
}
