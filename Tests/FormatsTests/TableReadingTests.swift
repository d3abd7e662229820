import FleetModel
import Operations
import Testing

@testable import Formats

@Suite struct TableReadingTests {
    @Test(arguments: [
        ("hosts.txt", "pi-gps-01,192.168.1.101,1,yes,yes\npi-ntp-01,192.168.1.201,2,no,no\n"),
        (
            "hosts.csv",
            "hostname,ip,stratum,gps,pps\npi-gps-01,192.168.1.101,1,yes,yes\r\n\r\npi-ntp-01,192.168.1.201,2,no,no"
        ),
        ("list.txt", "# comment\npi-gps-01 192.168.1.101 1 yes yes\npi-ntp-01\t192.168.1.201 2 no no\n"),
    ])
    func `the lists of the Pi guide are read with and without a header`(name: String, text: String) throws {
        let imported = try InventoryCase.read(text, as: name)
        #expect(imported.nodes.map(\.node.name.text) == ["pi-gps-01", "pi-ntp-01"])
        let first = try #require(imported.nodes.first?.node)
        #expect(first.host.text == "192.168.1.101")
        #expect(first.user.text == "nobody")
        #expect(
            Dictionary(uniqueKeysWithValues: first.labels.map { ($0.key.text, $0.value.text) })
                == ["stratum": "1", "gps": "yes", "pps": "yes"]
        )
    }

    @Test func `a bare list of names and addresses is read`() throws {
        let imported = try InventoryCase.read(
            "pi-gps-01 192.168.1.101\npi-ntp-01 192.168.1.201\n",
            as: "hosts-list.txt"
        )
        #expect(imported.nodes.map(\.node.host.text) == ["192.168.1.101", "192.168.1.201"])
    }

    @Test func `every column of the header reaches its field`() throws {
        let text = """
            name,host,user,port,jump,groups,location,description,profile,site
            gate,203.0.113.9,ops,2222,,edge,,,,
            n1,10.0.0.1,root,,gate,"web;db","Hall ""3"", row 1",'=first,time,lab
            """
        let imported = try InventoryCase.read(text, as: "fleet.csv")
        let node = try #require(imported.inventory.nodes[try NodeName("n1")])
        #expect(node.jump?.text == "gate")
        #expect(node.groups.map(\.text).sorted() == ["db", "web"])
        #expect(node.location?.text == "Hall \"3\", row 1")
        #expect(node.details?.text == "=first")
        #expect(node.profile == .time)
        #expect(node.port == .ssh)
        #expect(node.labels[try LabelKey("site")]?.text == "lab")
        #expect(imported.groups.map(\.name.text) == ["db", "edge", "web"])
        #expect(imported.nodes.last?.named.contains(.port) == false)
    }

    @Test func `an export as CSV reads back as the same nodes`() throws {
        let text =
            "name,host,user,port,jump,groups,location,description,profile,identity_file,label.name,site\n"
            + "a,::1,u,23,b,g;h,here,\"-x, \"\"y\"\"\",pipe,~/.ssh/k,n,\"s\nt\"\n".replacing("\nt", with: " t")
            + "b,b.example.org,u,22,,,,,,,,\n"
        let first = try InventoryCase.read(text, as: "a.csv").inventory
        let second = try InventoryCase.read(InventoryWriting.write(first, as: .csv), as: "b.csv").inventory
        #expect(first.nodes == second.nodes)
        #expect(first.nodes.count == 2)
    }
}
