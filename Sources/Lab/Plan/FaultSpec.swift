package import FleetModel

/// What `--fault` asks for: `hang:2%,slow:5,clock+90s,sudo-prompt`.
///
/// Items are separated by commas; each is a fault, and after a colon how many nodes get it: a number or a share.
/// Without a colon it is one node of a fleet, or every node that a selector names.
package struct FaultSpec: Hashable, Sendable {
    /// How many nodes a fault is for.
    package enum Amount: Hashable, Sendable {
        case unsaid
        case nodes(Int)
        /// 0...1; rounded up, so that a share above zero always hits a node.
        case share(Double)
    }

    package struct Item: Hashable, Sendable {
        package let fault: Fault
        package let amount: Amount

        package init(_ fault: Fault, _ amount: Amount = .unsaid) {
            self.fault = fault
            self.amount = amount
        }
    }

    package let items: [Item]

    package init(_ items: [Item]) {
        self.items = items
    }

    /// `none` (or nothing) is the specification without faults.
    ///
    /// - Throws: `UsageError` that names the word it did not understand.
    package init(parsing text: String) throws(UsageError) {
        guard text != "none", !text.isEmpty else {
            self.items = []
            return
        }
        var items: [Item] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            items.append(try Self.item(part))
        }
        self.items = items
    }

    private static func item(_ text: Substring) throws(UsageError) -> Item {
        let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let word = halves.first, !word.isEmpty else { throw refusal("an item is empty") }
        return Item(try fault(word), halves.count == 2 ? try amount(halves[1], of: word) : .unsaid)
    }

    private static func fault(_ word: Substring) throws(UsageError) -> Fault {
        switch word {
        case "hang": return .hang
        case "hang-exec": return .hangExec
        case "slow": return .slow(.seconds(3))
        case "refuse": return .refuse
        case "off": return .off
        case "drop": return .drop
        case "flood": return .flood
        case "key-changed": return .keyChanged
        case "disk-full": return .diskFull
        case "sudo-prompt": return .sudoPrompt
        default: break
        }
        if word.hasPrefix("slow="), let delay = duration(word.dropFirst(5)) { return .slow(delay) }
        if word.hasPrefix("clock+"), let offset = duration(word.dropFirst(6)) { return .clock(offset) }
        if word.hasPrefix("clock-"), let offset = duration(word.dropFirst(6)) { return .clock(.zero - offset) }
        throw refusal("“\(String(word).quotedForMessage)” is no fault")
    }

    private static func amount(_ text: Substring, of word: Substring) throws(UsageError) -> Amount {
        if text.hasSuffix("%"), let percent = Double(text.dropLast()), percent >= 0, percent <= 100 {
            return .share(percent / 100)
        }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(text) { return .nodes(count) }
        throw refusal(
            "“\(String(text).quotedForMessage)” after “\(String(word).quotedForMessage)” is neither a number of nodes nor a share"
        )
    }

    /// `90s`, `2h`, `1500ms`: a whole number and a unit, at most ten years.
    private static func duration(_ text: Substring) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let units: [Substring: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let number = Int64(digits), let unit = units[text.dropFirst(digits.count)] else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow || product > 315_360_000_000 ? nil : .milliseconds(product)
    }

    private static func refusal(_ problem: String) -> UsageError {
        UsageError(
            "bad_fault",
            "fault specification: \(problem)",
            advice: "a fault is hang, hang-exec, slow, slow=5s, refuse, off, drop, flood, key-changed, clock+90s, "
                + "clock-2h, disk-full or sudo-prompt, and after a colon a number of nodes or a share: hang:2%,slow:5; none clears"
        )
    }
}

extension FaultSpec {
    /// Deals the faults out to nodes: the same seed and names give the same nodes.
    ///
    /// Different items go to different nodes as long as there are any without a fault.
    package func dealt(to names: [NodeName], seed: UInt64) -> [NodeName: NodeFaults] {
        var random = SeededRandom(seed: seed)
        let order = names.shuffled(using: &random)
        var dealt: [NodeName: NodeFaults] = [:]
        var next = 0
        for item in items where !order.isEmpty {
            for _ in 0..<item.amount.count(of: order.count) {
                dealt[order[next % order.count], default: NodeFaults()].insert(item.fault)
                next += 1
            }
        }
        return dealt
    }

    /// The faults for nodes that a selector has named already: an unsaid amount means all of them.
    package func applied(to names: [NodeName], seed: UInt64) -> [NodeName: NodeFaults] {
        let said = FaultSpec(items.map { Item($0.fault, $0.amount == .unsaid ? .share(1) : $0.amount) })
        return said.dealt(to: names, seed: seed)
    }
}

extension FaultSpec.Amount {
    fileprivate func count(of total: Int) -> Int {
        switch self {
        case .unsaid: min(1, total)
        case .nodes(let count): min(count, total)
        case .share(let share): min(total, Int((share * Double(total)).rounded(.up)))
        }
    }
}
