package import FleetModel
package import Hummingbird
package import Operations

/// `/sd`: the registry as targets for Prometheus' HTTP service discovery.
///
/// `port` is the port of the exporter (9100), `selector` chooses nodes as on the command line. A node's labels are labels of
/// its target; everything else of it is in `__meta_flotilla_…`, as `inventory export --format prometheus-sd` has it.
package struct DiscoveryGroup: RouteGroup {
    private let inventory: any InventoryStore
    private let document: @Sendable (Inventory, Port?) -> String

    /// `document` writes nodes as Prometheus' targets, with this port.
    package init(inventory: any InventoryStore, document: @escaping @Sendable (Inventory, Port?) -> String) {
        self.inventory = inventory
        self.document = document
    }

    package func addRoutes(to router: Router<ServerContext>) {
        router.get("sd") { request, _ in
            do {
                let call = try await CallParameters(of: request)
                let port = try call["port"].map { try Port(String($0)) }
                var nodes = try await inventory.inventory()
                if let selector = call["selector"] {
                    let chosen = Set(try Selector(selector).nodes(in: nodes))
                    nodes = Inventory(
                        nodes: nodes.nodes.values.filter { chosen.contains($0.name) },
                        groups: Array(nodes.groups.values),
                        variables: nodes.variables
                    )
                }
                return Answer.json(Array(document(nodes, port).utf8))
            } catch let error as any Explained {
                // Prometheus keeps the targets it has when the answer is an error.
                let isTheCall = error.code.hasPrefix("usage.")
                return Answer.text(error.problem + "\n", status: isTheCall ? .badRequest : .internalServerError)
            }
        }
    }
}
