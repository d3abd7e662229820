import FleetModel
import FleetTesting
import Operations
import Testing

@testable import SQLiteStore

@Suite struct SampleTests {
    let scratch: Scratch
    let store: FleetDatabase
    let (a, b): (NodeName, NodeName)

    init() async throws {
        scratch = try Scratch()
        store = try scratch.open()
        (a, b) = (try NodeName("a"), try NodeName("b"))
        let nodes = try ["a", "b"].map { InventoryChange.register(try Make.node($0)) }
        try await store.inventory.apply(nodes, by: operatorOfTests, at: noon)
    }

    private func poll(_ node: NodeName, _ seconds: Int, _ values: [Double], device: String = "sda") -> PollRecord {
        let samples = values.enumerated().map {
            Sample("m\($0)", [.init("device", device), .init("mode", "idle")], $1)
        }
        return PollRecord(node: node, at: noon + .seconds(seconds), samples: samples)
    }

    @Test(arguments: [
        0, -0.0, 1, -1, 42, 0.1, 0.5, 99.97, -3.125, 1.5e-6, 0.000_001, .pi, 1e15, 9_007_199_254_740_991,
        9_007_199_254_740_994,
        1e300, -1e-300, .leastNonzeroMagnitude, Double.infinity, -Double.infinity, 1_795_348_800.123,
        123_456_789_012_345.678, 0.1 + 0.2,
    ])
    func `every number comes back bit for bit`(value: Double) throws {
        var packed = PackedValues()
        packed.append(value)
        packed.append(7)
        var index = 0
        #expect(PackedValues.next(in: packed.bytes, at: &index)?.bitPattern == value.bitPattern)
        #expect(PackedValues.next(in: packed.bytes, at: &index) == 7)
        #expect(PackedValues.next(in: packed.bytes, at: &index) == nil)
    }

    @Test func `random numbers come back bit for bit`() {
        var random = SystemRandomNumberGenerator()
        let values = (0..<10_000).map { _ in Double(bitPattern: random.next()) }
        var packed = PackedValues()
        values.forEach { packed.append($0) }
        var index = 0
        let back = values.map { _ in PackedValues.next(in: packed.bytes, at: &index)?.bitPattern }
        #expect(back == values.map(\.bitPattern))
    }

    @Test func `the latest poll of each node comes back whole, after a restart too`() async throws {
        try await store.samples.append([
            poll(a, 0, [1, 2]), poll(a, 15, [3, .nan, 0.5]), poll(b, 15, [9], device: "ü\0"),
        ])
        try await store.samples.append([poll(a, 14, [7])])
        try store.close()
        let latest = try await scratch.open().samples.latest(of: [a, b, try NodeName("gone")])
        #expect(latest.count == 2)
        #expect(latest[b] == poll(b, 15, [9], device: "ü\0"))
        #expect(latest[a]?.samples.map(\.value.bitPattern) == [3, Double.nan, 0.5].map(\.bitPattern))
    }

    @Test func `one series comes back in the order of time, whatever else the polls held`() async throws {
        try await store.samples.append([poll(a, 30, [1, 30]), poll(a, 0, [1, 0, 5]), poll(b, 0, [1, 99])])
        try await store.samples.append([poll(a, 15, [2]), poll(a, 45, [0, 45], device: "sdb")])
        let labels = [Sample.Label("mode", "idle"), Sample.Label("device", "sda")]
        let history = try await store.samples.history("m1", labels: labels, of: a, since: noon)
        #expect(history.map(\.value) == [0, 30])
        #expect(history.map(\.at) == [noon, noon + .seconds(30)])
        #expect(try await store.samples.history("m1", labels: labels, of: a, since: noon + .seconds(1)).count == 1)
        #expect(try await store.samples.history("m1", labels: [], of: a, since: noon).isEmpty)
    }

    @Test func `pruning forgets what is older, but not the last poll of a node`() async throws {
        let hours = 3600 * 10
        try await store.samples.append([poll(a, 0, [1]), poll(a, 15, [2], device: "old"), poll(b, 0, [5], device: "b")])
        try await store.samples.append([poll(a, hours, [3], device: "new")])
        try await store.samples.maintain(at: noon + .seconds(hours), keeping: RetentionLimits(raw: .seconds(60)))
        let latest = try await store.samples.latest(of: [a, b])
        #expect(latest[a]?.samples.first?.value == 3)
        #expect(latest[b]?.samples.first?.value == 5)
        let old = [Sample.Label("device", "old"), Sample.Label("mode", "idle")]
        #expect(try await store.samples.history("m0", labels: old, of: a, since: noon).isEmpty)
        // The layouts that went with the old polls are learned anew.
        try await store.samples.append([poll(a, hours + 15, [4], device: "old")])
        #expect(try await store.samples.latest(of: [a])[a] == poll(a, hours + 15, [4], device: "old"))
    }

    @Test func `a namesake of an unregistered node does not inherit its samples`() async throws {
        try await store.samples.append([poll(a, 0, [1])])
        try await store.inventory.apply([.unregister(a)], by: operatorOfTests, at: noon)
        try await store.samples.append([poll(a, 15, [1])])
        try await store.inventory.apply([.register(try Make.node("a"))], by: operatorOfTests, at: noon)
        #expect(try await store.samples.latest(of: [a]).isEmpty)
    }
}
