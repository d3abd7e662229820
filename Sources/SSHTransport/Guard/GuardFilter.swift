/// Takes the guard's marks out of the error stream of a command and passes everything else on.
///
/// The marks are `NONCE:PID\n` when the guard runs, `NONCE?` when sudo asks for a password, and `NONCE.\n` when the
/// command itself begins. What a log-in shell prints before is passed on. After the last mark nothing is looked at.
struct GuardFilter {
    enum Event: Equatable {
        case output([UInt8])
        /// The process that leads the tree.
        case began(pid: Int32)
        case passwordWanted
        case running
    }

    private let nonce: [UInt8]
    private let isElevated: Bool
    private var held: [UInt8] = []
    private(set) var isDone = false

    init(nonce: String, isElevated: Bool) {
        self.nonce = Array(nonce.utf8)
        self.isElevated = isElevated
    }

    mutating func feed(_ bytes: some Sequence<UInt8>) -> [Event] {
        guard !isDone else { return [.output(Array(bytes))] }
        held += bytes
        var events: [Event] = []
        while !isDone, let mark = firstMark() {
            if mark.start > 0 { events.append(.output(Array(held[..<mark.start]))) }
            guard let event = mark.event else {
                // Incomplete: keep it for the next bytes.
                held.removeFirst(mark.start)
                return events
            }
            events.append(event)
            held.removeFirst(mark.end)
            if case .running = event { isDone = true }
            if case .began = event, !isElevated { isDone = true }
        }
        if !held.isEmpty {
            events.append(.output(held))
            held = []
        }
        return events
    }

    /// What is still held back at the end of the stream.
    mutating func finish() -> [UInt8] {
        defer { held = [] }
        isDone = true
        return held
    }

    private struct Mark {
        let start: Int
        var end: Int
        /// Nil while its end has not come.
        var event: Event?
    }

    private func firstMark() -> Mark? {
        var start = 0
        while start < held.count {
            let rest = held[start...]
            if rest.starts(with: nonce) {
                if let mark = mark(at: start) { return mark }
            } else if rest.count < nonce.count, nonce.starts(with: rest) {
                return Mark(start: start, end: start, event: nil)
            }
            start += 1
        }
        return nil
    }

    /// - Returns: nil when the nonce is there but is no mark, such as when a shell echoes its own command line.
    private func mark(at start: Int) -> Mark? {
        var index = start + nonce.count
        guard index < held.count else { return Mark(start: start, end: start, event: nil) }
        switch held[index] {
        case UInt8(ascii: "?"):
            return Mark(start: start, end: index + 1, event: .passwordWanted)
        case UInt8(ascii: "."):
            guard index + 1 < held.count else { return Mark(start: start, end: start, event: nil) }
            return held[index + 1] == UInt8(ascii: "\n") ? Mark(start: start, end: index + 2, event: .running) : nil
        case UInt8(ascii: ":"):
            index += 1
            let digits = held[index...].prefix { (0x30...0x39).contains($0) }
            index += digits.count
            guard index < held.count, digits.count < 10 else {
                return digits.count < 10 ? Mark(start: start, end: start, event: nil) : nil
            }
            guard held[index] == UInt8(ascii: "\n"), let pid = Int32(String(decoding: digits, as: UTF8.self)), pid > 1
            else {
                return nil
            }
            return Mark(start: start, end: index + 1, event: .began(pid: pid))
        default:
            return nil
        }
    }
}
