import FleetModel
import Foundation
import Operations
import Testing

@testable import Formats

@Suite struct SSHConfigTests {
    static let config = """
        # a fleet
        Include conf.d/*.conf
        Host bastion
            HostName 203.0.113.9
            Port 2222
        Host web-? !web-9
            ProxyJump bastion
            User deploy
        Host web-1 web-9 "quoted"
            HostName=%h.example.org
            IdentityFile "~/.ssh/a key"
        Host = late
            ProxyCommand ssh -q -W %h:%p ops@203.0.113.9
        Match all
            User everybody
        Host *
            User never
            Port 2200
        """

    static let included = "Host from-include\n  HostName 10.9.9.9\n  User inside\n"

    private func imported() throws -> Inventory {
        let files = MemoryFiles(texts: [
            "etc/ssh_config": Self.config, "etc/conf.d/a.conf": Self.included, "etc/conf.d/b.txt": "Host never\n",
        ])
        return try InventoryReading.read(path: "etc/ssh_config", files: files, options: try InventoryCase.options)
            .inventory
    }

    @Test func `hosts get the first value of every block that matches`() throws {
        let nodes = try imported().nodes
        #expect(nodes.keys.map(\.text).sorted() == ["bastion", "from-include", "late", "quoted", "web-1", "web-9"])
        let web = try #require(nodes[try NodeName("web-1")])
        #expect(web.host.text == "web-1.example.org")
        #expect(web.user.text == "deploy")
        #expect(web.jump?.text == "bastion")
        #expect(web.port.number == 2200)
        #expect(web.identityFile?.text == "~/.ssh/a key")
        #expect(nodes[try NodeName("web-9")]?.user.text == "everybody")
        #expect(nodes[try NodeName("web-9")]?.jump == nil)
        #expect(nodes[try NodeName("late")]?.jump?.text == "bastion")
        #expect(nodes[try NodeName("from-include")]?.user.text == "inside")
    }

    @Test func `ssh reads our export as it reads the original`() throws {
        let inventory = try imported()
        let folder = try ScratchFolder()
        let file = try folder.write(InventoryWriting.write(inventory, as: .sshConfig), to: "ours")
        for node in inventory.nodes.values {
            let said = try Self.sshSays(config: file, host: node.name.text)
            #expect(said["hostname"] == node.host.text)
            #expect(said["port"] == node.port.description)
            #expect(said["user"] == node.user.text)
            #expect(said["proxyjump"] == node.jump?.text)
            if let file = node.identityFile { #expect(said["identityfile"] == file.text) }
        }
    }

    @Test func `ssh itself finds the same values in the original`() throws {
        let folder = try ScratchFolder()
        let file = try folder.write(Self.config, to: "original")
        for node in try imported().nodes.values where node.name.text != "from-include" {
            let said = try Self.sshSays(config: file, host: node.name.text)
            #expect(said["hostname"] == node.host.text)
            #expect(said["port"] == node.port.description)
            #expect(said["user"] == node.user.text)
        }
    }

    @Test func `our own export reads back as the same nodes`() throws {
        let first = try imported()
        let second = try InventoryCase.read(InventoryWriting.write(first, as: .sshConfig), as: "ssh_config").inventory
        #expect(second.nodes == first.nodes)
    }

    /// `ssh -G`: what the real client makes of a configuration.
    private static func sshSays(config: String, host: String) throws -> [String: String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ssh")
        process.arguments = ["-G", "-F", config, host]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let lines = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        return Dictionary(
            lines.filter { $0.count == 2 }.map { ($0[0], $0[1]) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
