import FleetModel

/// The nodes that a selector means, with the options that narrow it down.
struct Selection {
    private let selector: Selector
    private let options: SelectionOptions
    private let isImplied: Bool

    /// - `isImplied`: the operator named no selector; then an empty fleet is an answer, not a mistake.
    init(_ text: String, _ options: SelectionOptions, isImplied: Bool = false) throws(UsageError) {
        self.selector = try Selector(text)
        self.options = options
        self.isImplied = isImplied
    }

    /// In display order.
    ///
    /// - Throws: `UsageError` for an unknown name, and for an empty result unless that is allowed.
    func nodes(in inventory: Inventory) throws(UsageError) -> [Node] {
        var names = try selector.nodes(in: inventory)
        if let count = options.pick {
            names = Sampling.pick(count, of: names, seed: options.seed ?? .random(in: 0 ... .max))
        }
        guard !names.isEmpty || options.allowEmpty || isImplied else {
            let fleet =
                inventory.nodes.isEmpty
                ? "the fleet has no nodes yet" : "no node matches “\(selector.text.quotedForMessage)”"
            throw UsageError(
                "empty_selection",
                fleet,
                advice: inventory.nodes.isEmpty
                    ? "flotilla register NAME HOST USER, or --allow-empty" : "if that is right, say --allow-empty"
            )
        }
        // A selector's answer is in that order already; a draw is not.
        return (options.pick == nil ? names : names.naturallySorted()).compactMap { inventory.nodes[$0] }
    }

    static func node(named name: String, in inventory: Inventory) throws(UsageError) -> Node {
        let checked = try NodeName(name)
        guard let node = inventory.nodes[checked] else {
            throw unknown("node", name, among: inventory.nodes.keys.map(\.text))
        }
        return node
    }

    static func group(named name: String, in inventory: Inventory) throws(UsageError) -> Group {
        let checked = try GroupName(name)
        guard let group = inventory.groups[checked] else {
            throw unknown("group", name, among: inventory.groups.keys.map(\.text))
        }
        return group
    }

    static func displayOrder(_ nodes: [Node]) -> [Node] {
        let byName = Dictionary(nodes.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        return nodes.map(\.name).naturallySorted().compactMap { byName[$0] }
    }

    private static func unknown(_ noun: String, _ name: String, among known: [String]) -> UsageError {
        UsageError(
            "unknown_\(noun)",
            "unknown \(noun) “\(name.quotedForMessage)”",
            advice: NearMisses.question(for: name, among: known)
        )
    }
}
