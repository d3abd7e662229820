/// Which nodes are meant: `web-*,@db&:up`, as an operator types it.
///
/// Operands: a node name · a glob (`pi-*`, `pi-0?`, `pi-[ab]`) · a range (`pi-gps-[01-12,20]`, `[1-9/2]`) · a choice
/// (`pi-{a,b}`) · `@group`, or the bare name of a group where no node has it · `all` (also `*`) · a label test (`stratum=1`,
/// `site!=lab`, `kernel~^6\.`, `os!~bsd`) · a state (`:up :down :unknown :quarantined :drifted :alerting :stale`) · `( )`.
///
/// Operators: `,` or `:` unites, `&` intersects, `!` takes away.
/// - Between two operands `&` and `!` bind tighter than `,` and `:`, and run from left to right: `a,b&c` is a and (b and c
///   in common); `a!b!c` is a without b and without c.
/// - After `,` or `:` (or at the very beginning) they concern the whole list of their parentheses, in any order, as in
///   Ansible: `a:b:&c:!d` is what of a and b is in c but not in d. Without any plain member the list starts from `all`:
///   `!web` is everything but web.
///
/// Two uses of `:` are told apart by place: where an operand must come it begins a state, after an operand it unites. So
/// `web:up` is web and a node or group named up, `web::up` is web and all that is up, and `web&:up` is what of web is up.
///
/// The value of a label test ends at the next `,` `:` `&` `!` `)` or blank outside of brackets; quotes (`site="a, b"`,
/// `host='fe80::1'`) or a backslash take any character. `~` searches anywhere in the text, in RE2's language.
package struct Selector: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    package let text: String
    let root: Term

    /// - Throws: `UsageError` `usage.bad_selector` that says where.
    package init(_ text: String) throws(UsageError) {
        var parser = try SelectorParser(text)
        self.text = text
        self.root = try parser.selector()
    }

    /// Every node.
    package static let all = Selector(text: "all", root: .all)

    /// The nodes with these names.
    package init(_ names: [NodeName]) {
        let patterns = names.map { NamePattern(text: $0.text, pieces: [.literal(Array($0.text.utf8))]) }
        self.init(text: NodeSetText.fold(names), root: .union(patterns.map(Term.name)))
    }

    private init(text: String, root: Term) {
        self.text = text
        self.root = root
    }

    package var description: String { text }

    /// The one node that the selector names by nothing but its name, if it is written so.
    package var singleName: String? {
        guard case .name(let pattern) = root, case .literal = pattern.pieces.first, pattern.pieces.count == 1 else {
            return nil
        }
        return pattern.text
    }

    indirect enum Term: Hashable, Sendable {
        case all
        case name(NamePattern)
        case group(NamePattern)
        case label(LabelTest)
        case state(State)
        case union([Term])
        case intersection(Term, Term)
        case difference(Term, Term)
    }

    /// A state of nodes, with its colon in front.
    package enum State: String, Hashable, Sendable, CaseIterable {
        case up, down, unknown, quarantined, drifted, alerting, stale
    }
}

/// `site!=lab`: what is asked about a label, a variable or a fact.
struct LabelTest: Hashable, Sendable {
    var key: String
    var verdict: Verdict
    /// True for `!=` and `!~`; a node without the label passes these.
    var isNegated: Bool

    enum Verdict: Hashable, Sendable {
        case equals(String)
        case matches(Pattern)
    }

    func holds(for value: String?) -> Bool {
        let isMatch =
            switch verdict {
            // As in Prometheus, an empty value is the same as no label.
            case .equals(let text): text == value ?? ""
            case .matches(let pattern): value.map { pattern.isFound(in: $0) } ?? false
            }
        return isMatch != isNegated
    }
}
