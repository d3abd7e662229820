/// Takes the guard's marks out of the error stream of a command and passes everything else on.
///
/// The marks are `NONCE:PID\n` or `NONCE:PID:SHELL\n` when the guard runs, `NONCE?` when sudo asks for a password, and
/// `NONCE.\n` when the command itself begins. What a log-in shell prints before is passed on, but for our own words where
/// it complains about the line that holds them. After the last mark nothing is looked at.
struct GuardFilter {
    enum Event: Equatable {
        case output([UInt8])
        /// The process that leads the tree, and the shell that it is where the guard had to look.
        case began(pid: Int32, shell: LoginShell? = nil)
        case passwordWanted
        case running
    }

    private let nonce: [UInt8]
    private let isElevated: Bool
    /// The words before the operator's own; a shell that cannot read its line may show it whole.
    private var opening: [UInt8] = []
    private var held: [UInt8] = []
    private(set) var isDone = false
    /// All marks have come; only our own words are still taken out.
    private var hasBegun = false

    init(nonce: String, isElevated: Bool) {
        self.nonce = Array(nonce.utf8)
        self.isElevated = isElevated
    }

    /// The line was sent with these words before the operator's own.
    mutating func wasSent(after opening: String) { self.opening = Array(opening.utf8) }

    mutating func feed(_ bytes: some Sequence<UInt8>) -> [Event] {
        guard !isDone else { return [.output(Array(bytes))] }
        held += bytes
        var events: [Event] = []
        while !isDone, let mark = firstMark() {
            if mark.start > 0 { events.append(.output(Array(held[..<mark.start]))) }
            held.removeFirst(mark.end ?? mark.start)
            // Incomplete: it is kept for the next bytes.
            if mark.end == nil { return events }
            guard let event = mark.event else { continue }
            events.append(event)
            if case .running = event { isDone = true }
            if case .began(_, let shell) = event, !isElevated {
                hasBegun = true
                isDone = !(shell?.showsItsLine ?? false)
            }
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
        /// Nil while its end has not come.
        var end: Int?
        /// Nil for words of ours that say nothing.
        var event: Event?
    }

    private func firstMark() -> Mark? {
        for start in held.indices {
            let rest = held[start...]
            if !opening.isEmpty, held[start] == opening[0] {
                if rest.starts(with: opening) { return Mark(start: start, end: start + opening.count) }
                if rest.count >= Self.enoughToWait, opening.starts(with: rest) { return Mark(start: start) }
            }
            guard !hasBegun, held[start] == nonce[0] else { continue }
            if rest.starts(with: nonce) {
                if let mark = mark(at: start) { return mark }
            } else if nonce.starts(with: rest) {
                return Mark(start: start)
            }
        }
        return nil
    }

    /// - Returns: nil when the nonce is there but is no mark, such as when a shell echoes its own command line.
    private func mark(at start: Int) -> Mark? {
        let index = start + nonce.count
        guard index < held.count else { return Mark(start: start) }
        switch held[index] {
        case UInt8(ascii: "?"):
            return Mark(start: start, end: index + 1, event: .passwordWanted)
        case UInt8(ascii: "."):
            guard index + 1 < held.count else { return Mark(start: start) }
            return held[index + 1] == newline ? Mark(start: start, end: index + 2, event: .running) : nil
        case UInt8(ascii: ":"):
            return beginning(at: start, after: index + 1)
        default:
            return nil
        }
    }

    /// `PID` or `PID:SHELL` with the end of the line.
    private func beginning(at start: Int, after index: Int) -> Mark? {
        let line = held[index...].prefix { $0 != newline }
        guard line.count <= Self.longestBeginning else { return nil }
        let words = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        let digits = words.first ?? []
        guard digits.count < 10, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard line.endIndex < held.endIndex else { return Mark(start: start) }
        guard let pid = Int32(String(decoding: digits, as: UTF8.self)), pid > 1 else { return nil }
        let shell = words.count > 1 ? LoginShell(name: String(decoding: words[1], as: UTF8.self)) : nil
        return Mark(start: start, end: line.endIndex + 1, event: .began(pid: pid, shell: shell))
    }

    /// A shell writes its line at once: fewer bytes than these are an output that happens to end so.
    private static let enoughToWait = 8
    /// Nine digits, a colon, and the 15 bytes that Linux keeps of a program's name.
    private static let longestBeginning = 25
    private let newline = UInt8(ascii: "\n")
}
