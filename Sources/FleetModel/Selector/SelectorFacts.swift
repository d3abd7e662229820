/// What selectors may ask that is not in the registry.
package struct SelectorFacts: Sendable {
    /// The value of a fact of a node (`kernel`), nil where it is not known.
    package var fact: @Sendable (NodeName, String) -> String?
    package var drifted: Set<NodeName>
    package var alerting: Set<NodeName>
    /// Nodes whose last sample is too old.
    package var stale: Set<NodeName>

    package init(
        drifted: Set<NodeName> = [],
        alerting: Set<NodeName> = [],
        stale: Set<NodeName> = [],
        fact: @escaping @Sendable (NodeName, String) -> String? = { _, _ in nil }
    ) {
        self.fact = fact
        self.drifted = drifted
        self.alerting = alerting
        self.stale = stale
    }

    /// Nothing is known beyond the registry.
    package static let none = SelectorFacts()
}
