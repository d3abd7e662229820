import FleetModel
import Glibc

/// A command that a pretend node must not borrow from the machine it runs on: a small POSIX shell script.
///
/// Scripts find the node's figures by `FLOTILLA_LAB_NODE`; one copy serves every node of a lab.
struct StandIn {
    /// Where it is found first: every node, one kind of node, or nodes with a full disk.
    enum Shelf: String, CaseIterable {
        case all
        case pipe
        case time
        case diskFull = "disk-full"
    }

    let name: String
    let shelf: Shelf
    let script: String

    init(_ name: String, on shelf: Shelf = .all, _ script: String) {
        self.name = name
        self.shelf = shelf
        self.script = script
    }

    static let every: [StandIn] = identity + disks + privileges + services + containers + time + hardware + fullDisk

    /// Puts every stand-in into its folder; costs the same whatever the number of nodes.
    static func install(in lab: LabFolder) throws(LabError) {
        for shelf in Shelf.allCases { try Files.makeFolder(lab.commands + "/" + shelf.rawValue) }
        for standIn in every {
            let path = "\(lab.commands)/\(standIn.shelf.rawValue)/\(standIn.name)"
            try Files.replace(path, with: standIn.script + "\n", mode: 0o755)
        }
    }

    /// The first lines of a script that reads the node's figures.
    static let figures = """
        #!/bin/sh
        state=$FLOTILLA_LAB_NODE/state
        . "$state/figures"

        """
}
