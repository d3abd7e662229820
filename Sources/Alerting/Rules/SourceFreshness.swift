package import FleetModel

/// Which sources of samples are known, and of which samples come in: what tells a silence from an end.
///
/// A source is a node by its label `node`, or a scraped target by its label `instance`.
package struct SourceFreshness: Hashable, Sendable {
    /// Registered nodes, with or without samples.
    package var nodes: Set<String>
    package var freshNodes: Set<String>
    /// Targets that are scraped, whether they answer or not.
    package var instances: Set<String>
    package var freshInstances: Set<String>

    package init(
        nodes: Set<String> = [],
        freshNodes: Set<String> = [],
        instances: Set<String> = [],
        freshInstances: Set<String> = []
    ) {
        self.nodes = nodes
        self.freshNodes = freshNodes
        self.instances = instances
        self.freshInstances = freshInstances
    }

    /// Nothing is known of any source: then every missing series is an end, as in Prometheus.
    package static let unknown = SourceFreshness()
    /// - `up`: the series `up` at this moment.
    /// - `registered`: the names of all nodes.
    package init(up: [VectorElement], registered: Set<String>) {
        self.init(nodes: registered)
        for element in up {
            let (node, instance) = (element.labels["node"], element.labels["instance"])
            if !node.isEmpty {
                if element.value != 0 { freshNodes.insert(node) }
            } else if !instance.isEmpty {
                instances.insert(instance)
                if element.value != 0 { freshInstances.insert(instance) }
            }
        }
    }

    /// True when the source that the labels name is known and silent. A node that is not registered any more is not known.
    package func isSilent(_ labels: LabelSet) -> Bool {
        let (node, instance) = (labels["node"], labels["instance"])
        if !node.isEmpty { return nodes.contains(node) && !freshNodes.contains(node) }
        return !instance.isEmpty && instances.contains(instance) && !freshInstances.contains(instance)
    }
}
