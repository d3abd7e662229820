import FleetModel
import Operations
import Testing

@testable import Formats

@Suite struct TargetsTests {
    @Test func `targets become nodes with their labels`() throws {
        let text = """
            - targets: ["10.0.0.1:9100", "pi.example.org:9100", "10.0.0.1:9090"]
              labels: {site: lab, __scrape_interval__: 5s, stratum: 1}
            - targets: ["[fe80::1]:9100"]
              labels: {node: six}
            """
        let nodes = try InventoryCase.read(text, as: "targets.yml").nodes.map(\.node)
        #expect(nodes.map(\.name.text) == ["10.0.0.1", "pi.example.org", "six"])
        #expect(nodes.map(\.host.text) == ["10.0.0.1", "pi.example.org", "fe80::1"])
        #expect(nodes[0].labels.map { "\($0.key)=\($0.value)" }.sorted() == ["site=lab", "stratum=1"])
        #expect(nodes[0].port == .ssh)
    }

    @Test func `our own export gives the nodes back`() throws {
        let csv = """
            name,host,user,port,jump,groups,location,description,profile,site
            a,::1,u,23,b,g;h,here,\"what, \"\"this\"\"\",pipe,s
            b,b.example.org,u,22,,,,,,
            """
        let first = try InventoryCase.read(csv, as: "a.csv").inventory
        let text = InventoryWriting.write(first, as: .prometheusSD)
        #expect(try InventoryCase.read(text, as: "sd.json").inventory.nodes == first.nodes)
    }

    @Test func `the export is what Prometheus takes`() throws {
        let csv = "name,host,rack.row,__x\na,::1,7,y\n"
        let inventory = try InventoryCase.read(csv, as: "a.csv").inventory
        let options = InventoryWritingOptions(targetPort: try Port(9200))
        let document = try JSONReading.parse(InventoryWriting.write(inventory, as: .prometheusSD, options: options))
        #expect(
            document == [
                [
                    "targets": ["[::1]:9200"],
                    "labels": [
                        "node": "a", "rack_row": "7", "label__x": "y", "__meta_flotilla_node": "a",
                        "__meta_flotilla_host": "::1", "__meta_flotilla_port": "22", "__meta_flotilla_user": "nobody",
                    ],
                ]
            ]
        )
    }
}
