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
        for byte in bytes {
            let followsReturn = endedByReturn
            endedByReturn = byte == UInt8(ascii: "\r")
            switch byte {
            case UInt8(ascii: "\n") where followsReturn && carry.isEmpty: continue
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): finish(into: &lines)
            default:
                carry.append(byte)
                if carry.count >= Self.longest { finish(into: &lines) }
            }
        }
        return lines
    }

    /// The unfinished line at the end of the stream.
    var rest: [UInt8]? { carry.isEmpty ? nil : carry }

    private mutating func finish(into lines: inout [[UInt8]]) {
        lines.append(carry)
        carry.removeAll(keepingCapacity: true)
    }
}
