import FleetModel

/// Cuts a stream of bytes into whole lines, carrying what is not finished. Line feed, carriage return and both together
/// end a line, so that nothing a node sends can overwrite what stands on the screen.
struct LineAssembler: Sendable {
    /// A line longer than this is cut into pieces of this many bytes.
    static let longest = 16 * 1024

    private var carry: [UInt8] = []
    private var endedByReturn = false

    /// Takes bytes; the lines that they finish, in order.
    mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while let first = rest.first {
            let followsReturn = endedByReturn
            endedByReturn = false
            if followsReturn, first == UInt8(ascii: "\n") {
                rest.removeFirst()
                continue
            }
            let piece = rest.prefix(Self.longest - carry.count).prefix { !Self.endsLine($0) }
            carry += piece
            rest = rest[piece.endIndex...]
            if carry.count < Self.longest {
                guard let end = rest.popFirst() else { break }
                endedByReturn = end == UInt8(ascii: "\r")
            }
            finish(into: &lines)
        }
        return lines
    }

    private static func endsLine(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    /// The unfinished line at the end of the stream.
    var rest: [UInt8]? { carry.isEmpty ? nil : carry }

    private mutating func finish(into lines: inout [[UInt8]]) {
        lines.append(carry)
        carry.removeAll(keepingCapacity: true)
    }
}
