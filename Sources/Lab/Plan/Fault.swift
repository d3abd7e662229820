import FleetModel

/// Something that goes wrong on a pretend node, on purpose.
package enum Fault: Hashable, Sendable {
    /// TCP is accepted, then nothing is ever said; open connections freeze.
    case hang
    /// Log-in works, commands begin and never answer.
    case hangExec
    /// Every command begins this much later.
    case slow(Duration)
    /// The port is closed; open connections are cut.
    case refuse
    /// The machine is off: nothing listens, neither SSH nor web; open connections are cut.
    case off
    /// The connection is cut in the middle of a command's output.
    case drop
    /// A command never stops printing.
    case flood
    /// The node shows another host key than before.
    case keyChanged
    /// The node's clock is this far ahead (behind when negative).
    case clock(Duration)
    /// The disk is full: `df` shows 100 %, writes fail.
    case diskFull
    /// `sudo` wants a password: the log-in password of the lab.
    case sudoPrompt

    /// The word of the fault in a specification, without its value.
    package var word: String {
        switch self {
        case .hang: "hang"
        case .hangExec: "hang-exec"
        case .slow: "slow"
        case .refuse: "refuse"
        case .off: "off"
        case .drop: "drop"
        case .flood: "flood"
        case .keyChanged: "key-changed"
        case .clock: "clock"
        case .diskFull: "disk-full"
        case .sudoPrompt: "sudo-prompt"
        }
    }

    /// The fault as a specification writes it: `hang`, `slow=3000ms`, `clock+90000ms`.
    package var text: String {
        switch self {
        case .slow(let delay): "slow=\(delay.milliseconds)ms"
        case .clock(let offset):
            "clock" + (offset < .zero ? "-" : "+") + "\(abs(offset.milliseconds))ms"
        default: word
        }
    }
}

/// The faults of one node: at most one of each kind.
package struct NodeFaults: Hashable, Sendable {
    package private(set) var faults: Set<Fault> = []

    package init(_ faults: some Sequence<Fault> = []) {
        for fault in faults { insert(fault) }
    }

    /// Adds a fault; one of the same kind gives way.
    package mutating func insert(_ fault: Fault) {
        faults = faults.filter { $0.word != fault.word }
        faults.insert(fault)
    }

    package func contains(_ fault: Fault) -> Bool { faults.contains(fault) }

    /// True where nothing listens for SSH.
    package var closesPort: Bool { contains(.refuse) || contains(.off) }

    /// How far ahead the node's clock is; zero without a clock fault.
    package var clockOffset: Duration {
        for case .clock(let offset) in faults { return offset }
        return .zero
    }

    /// How long a command waits before it begins; zero without `slow`.
    package var startDelay: Duration {
        for case .slow(let delay) in faults { return delay }
        return .zero
    }

    /// The faults as specification words, sorted.
    package var words: [String] { faults.map(\.text).sorted() }
}
