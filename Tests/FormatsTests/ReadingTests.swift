import FleetModel
import FleetTesting
import Operations
import Testing

@testable import Formats

@Suite struct ReadingTests {
    @Test func `a jump host may be a node of the registry`() throws {
        let files = MemoryFiles(texts: ["hosts": "web ansible_ssh_common_args='-J ops@203.0.113.9'\n"])
        let options = InventoryReadingOptions(
            defaultUser: try UserName("nobody"),
            registered: Inventory(nodes: [try Make.node("gate", "203.0.113.9")])
        )
        let imported = try InventoryReading.read(path: "hosts", files: files, options: options)
        #expect(imported.nodes.first?.node.jump?.text == "gate")
    }

    @Test func `what is doubtful is imported with a warning and its place`() throws {
        let files = MemoryFiles(texts: [
            "i/hosts.yml": "all:\n  hosts:\n    a: {x: 1, x: 2}\n    b: {ansible_connection: local}\n  oops: {}\n",
            "i/group_vars/wbe.yml": "x: 1\n", "i/host_vars/a.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
        ])
        let imported = try InventoryReading.read(path: "i/hosts.yml", files: files, options: try InventoryCase.options)
        #expect(imported.nodes.count == 2)
        #expect(
            imported.warnings.map(\.description).sorted() == [
                "i/group_vars/wbe.yml:1:1: belongs to no group of this inventory",
                "i/host_vars/a.yml:1:1: is encrypted with Ansible Vault: its variables are left out",
                "i/hosts.yml:3:15: key “x” stands twice; the last one counts",
                "i/hosts.yml:4:9: “b” has ansible_connection=local; here it is reached over SSH",
                "i/hosts.yml:5:3: “oops” of group “all” is left out",
            ]
        )
    }

    @Test func `a node that was changed by hand is exported as it is now`() throws {
        var inventory = try InventoryCase.read("web ansible_host=10.0.0.1 ansible_port=23 x=1\n", as: "hosts").inventory
        var node = try #require(inventory.nodes[try NodeName("web")])
        node.host = try HostAddress("10.0.0.2")
        node.user = try UserName("ops")
        inventory.put(node)
        let listing = try JSONReading.parse(
            InventoryWriting.write(inventory, as: .ansibleJSON, options: try InventoryCase.writing)
        )
        #expect(
            listing.object?["_meta"]?.object?["hostvars"]?.object?["web"]
                == ["ansible_host": "10.0.0.2", "ansible_port": 23, "ansible_user": "ops", "x": 1]
        )
    }

    @Test func `the fields of a node come from its variables`() throws {
        let case18 = try #require(InventoryCase.all.first { $0.description == "18-jump" })
        let nodes = try case18.read().inventory.nodes
        #expect(
            nodes.values.map { "\($0.name) \($0.user)@\($0.host):\($0.port) via \($0.jump?.text ?? "-")" }.sorted() == [
                "bastion jump@203.0.113.9:2222 via -", "i1 nobody@10.0.0.1:22 via bastion",
                "i2 nobody@10.0.0.2:22 via bastion", "i3 nobody@i3:22 via i1",
            ]
        )
        #expect(nodes[try NodeName("i1")]?.identityFile?.text == "~/.ssh/inside")
        let templates = try #require(InventoryCase.all.first { $0.description == "30-templates" })
        #expect(
            try templates.read().nodes.map { "\($0.node.user)@\($0.node.host)" }
                == ["ops@t1.example.org", "ops@t2.example.com", "ops@10.0.0.3"]
        )
    }

    @Test func `a list output of a dynamic inventory is read as it comes`() throws {
        let text = #"{"_meta":{"hostvars":{"a":{"ansible_host":"10.0.0.1"}}},"web":{"hosts":["a"]}}"#
        let imported = try InventoryReading.read(
            listOutput: text,
            name: "inventory.py",
            options: try InventoryCase.options
        )
        #expect(imported.nodes.map(\.node.host.text) == ["10.0.0.1"])
        #expect(imported.groups.map(\.name.text) == ["web"])
    }
}
