import FleetModel
import Testing

@testable import Operations

@Suite struct `What polls say about the nodes' reach` {
    private let start = Timestamp(milliseconds: 1_763_819_980_000)

    private func node(_ name: String, _ status: NodeStatus) throws -> Node {
        var node = try Node(name: NodeName(name), host: HostAddress("10.0.0.1"), user: UserName("pi"))
        node.status = status
        return node
    }

    private func up(_ node: Node) -> NodeObservation { NodeObservation(node.name, .up) }

    private func down(_ node: Node, _ code: String, _ reason: String) -> NodeObservation {
        NodeObservation(node.name, .down(code: code, reason: reason))
    }

    @Test func `is written at first, then once a minute while nothing changes`() throws {
        let node = try node("a", .up)
        var ledger = ObservationLedger()
        var written: [Int] = []
        for second in stride(from: 0, through: 180, by: 15) {
            let now = start + .seconds(second)
            if !ledger.due([up(node)], nodes: [node.name: node], at: now, all: false).isEmpty { written.append(second) }
        }
        #expect(written == [0, 60, 120, 180])
    }

    @Test func `is written at once when a node goes down, comes back, or fails in another way`() throws {
        var node = try node("a", .up)
        var ledger = ObservationLedger()
        _ = ledger.due([up(node)], nodes: [node.name: node], at: start, all: false)
        let words = [down(node, "x", "1 s"), down(node, "x", "2 s"), down(node, "y", "2 s"), up(node), up(node)]
        let isWritten = words.enumerated().map { second, word in
            let due = ledger.due([word], nodes: [node.name: node], at: start + .seconds(second), all: false)
            if let last = due.last { node.status = last.status }
            return !due.isEmpty
        }
        #expect(isWritten == [true, false, true, true, false])
    }

    @Test func `is written at once when another process said something else meanwhile`() throws {
        let node = try node("a", .up)
        var ledger = ObservationLedger()
        _ = ledger.due([up(node)], nodes: [node.name: node], at: start, all: false)
        var changed = node
        changed.status = .down(code: "x", reason: "exec did not reach it")
        let due = ledger.due([up(node)], nodes: [node.name: changed], at: start + .seconds(15), all: false)
        #expect(due == [up(node)])
    }

    @Test func `keeps when a node last answered, whatever it says since`() throws {
        let node = try node("a", .up)
        var inventory = Inventory(nodes: [node])
        var ledger = ObservationLedger()
        for second in [0, 15, 30] {
            let now = start + .seconds(second)
            let said = second < 30 ? NodeObservation(node.name, .up, at: now) : down(node, "x", "")
            for due in ledger.due([said], nodes: inventory.nodes, at: now, all: false) {
                inventory.observe(due, at: now)
            }
        }
        #expect(inventory.nodes[node.name]?.status == .down(code: "x", reason: ""))
        #expect(inventory.nodes[node.name]?.lastSeen == start + .seconds(15))
    }

    @Test func `waits for nothing when the collector stops`() throws {
        let node = try node("a", .up)
        var ledger = ObservationLedger()
        _ = ledger.due([up(node)], nodes: [node.name: node], at: start, all: false)
        let last = NodeObservation(node.name, .up, at: start + .seconds(15))
        #expect(ledger.due([last], nodes: [node.name: node], at: start + .seconds(15), all: false).isEmpty)
        #expect(ledger.due([], nodes: [node.name: node], at: start + .seconds(16), all: true) == [last])
        #expect(ledger.due([], nodes: [node.name: node], at: start + .seconds(17), all: true).isEmpty)
    }

    @Test func `waits again when it could not be written, but not over something newer`() throws {
        let (a, b) = (try node("a", .up), try node("b", .up))
        let nodes = [a.name: a, b.name: b]
        var ledger = ObservationLedger()
        let lost = ledger.due([up(a), up(b)], nodes: nodes, at: start, all: false)
        ledger.giveBack(lost)
        let due = ledger.due([down(b, "x", "")], nodes: nodes, at: start + .seconds(1), all: false)
        #expect(due == [up(a), up(b), down(b, "x", "")])
    }

    @Test func `keeps the moment of the contact, not of the writing`() throws {
        let node = try node("a", .unknown)
        var inventory = Inventory(nodes: [node])
        let seen = start + .seconds(5)
        inventory.observe(NodeObservation(node.name, .up, at: seen), at: start + .seconds(60))
        #expect(inventory.nodes[node.name]?.lastSeen == seen)
        inventory.observe(NodeObservation(node.name, .up, at: start), at: start + .seconds(61))
        #expect(inventory.nodes[node.name]?.lastSeen == seen)
    }
}
