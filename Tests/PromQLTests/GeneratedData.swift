import FleetModel
import PromQL

/// Two hours of samples of every awkward kind, the same in each run.
struct GeneratedData {
    static let start: Int64 = 1_700_000_000_000
    static let end: Int64 = start + 7_200_000
    private(set) var series: [Series] = []
    private var random = SmallRandom(seed: 42)

    init() {
        counters()
        gauges()
        histograms()
        infos()
        oddities()
    }

    private static func steps(_ interval: Int64) -> StrideThrough<Int64> {
        stride(from: start, through: end, by: Int64.Stride(interval))
    }

    private mutating func add(
        _ name: String,
        _ labels: [String: String],
        every interval: Int64 = 15_000,
        _ value: (Int64, inout SmallRandom) -> Double?
    ) {
        let pairs = labels.map { LabelSet.Label($0, $1) } + [LabelSet.Label("__name__", name)]
        var one = Series(labels: LabelSet(pairs), times: [], values: [])
        let shift = Int64(random.next(1000))
        for time in Self.steps(interval) {
            guard let value = value(time - Self.start, &random) else { continue }
            one.times.append(time + shift)
            one.values.append(value)
        }
        series.append(one)
    }

    private mutating func counters() {
        for instance in ["a:9100", "b:9100", "c:9100"] {
            for (job, method, code) in [
                ("api", "GET", "200"), ("api", "GET", "500"), ("api", "POST", "200"), ("web", "GET", "200"),
            ] {
                var total = 0.0
                add("http_requests_total", ["instance": instance, "job": job, "method": method, "code": code]) {
                    passed,
                    random in
                    total += Double(random.next(20))
                    if random.next(90) == 0 { total = Double(random.next(5)) }
                    // A gap of eight minutes in one of them.
                    return instance == "b:9100" && code == "500" && (1_800_000..<2_280_000).contains(passed)
                        ? nil : total
                }
            }
            for cpu in ["0", "1"] {
                for mode in ["idle", "system", "user"] {
                    var total = Double(random.next(1000))
                    add("node_cpu_seconds_total", ["instance": instance, "cpu": cpu, "mode": mode, "job": "node"]) {
                        _,
                        random in
                        total += Double(random.next(1500)) / 100
                        return total
                    }
                }
            }
        }
    }

    private mutating func gauges() {
        for (number, room) in ["attic", "cellar", "kitchen", "kitchen-10", "kitchen-9"].enumerated() {
            add("temperature_celsius", ["room": room, "floor": "\(number % 2)"], every: 30_000) { passed, random in
                if room == "attic", passed == 3_000_000 { return Double.staleMarker }
                if room == "attic", (3_000_000..<3_300_000).contains(passed) { return nil }
                if room == "cellar", passed % 600_000 == 0 { return .nan }
                if room == "kitchen", passed == 3_600_000 { return .infinity }
                return 15 + Double(number) * 2 - Double(random.next(200)) / 10
            }
        }
        for instance in ["a:9100", "b:9100", "c:9100"] {
            add("up", ["instance": instance, "job": "node"]) { passed, _ in
                instance == "c:9100" && (3_400_000..<3_700_000).contains(passed) ? 0 : 1
            }
            add(
                "build_info",
                ["instance": instance, "job": "node", "version": "1.\(instance.prefix(1))", "site": "north"]
            ) { _, _ in 1 }
            add("workers", ["instance": instance, "job": "node"], every: 60_000) { _, random in Double(random.next(4)) }
            add("memory_bytes", ["instance": instance, "job": "node"]) { passed, random in
                8e9 - Double(passed) * 300 + Double(random.next(1_000_000))
            }
        }
        add("rare", ["instance": "a:9100"], every: 400_000) { passed, _ in Double(passed) / 1e6 }
        add("constant", [:]) { _, _ in 7.25 }
        add("clock_seconds", [:]) { passed, _ in Double(Self.start + passed * 40) / 1000 }
        add("born_late", ["instance": "a:9100"]) { passed, _ in passed < 3_500_000 ? nil : 1 }
        add("dies_early", ["instance": "a:9100"]) { passed, _ in
            passed > 3_000_000 ? nil : passed == 3_000_000 ? Double.staleMarker : 5
        }
    }

    private mutating func histograms() {
        for instance in ["a:9100", "b:9100"] {
            for path in ["/", "/login"] {
                let labels = ["instance": instance, "path": path]
                var counts = [Double](repeating: 0, count: 6)
                let rows = Self.steps(15_000).map { _ in
                    for _ in 0..<5 {
                        let place = random.next(6)
                        for bucket in place..<6 { counts[bucket] += 1 }
                    }
                    return counts
                }
                for (bucket, bound) in ["0.05", "0.1", "0.5", "1", "2.5", "+Inf"].enumerated() {
                    add("latency_seconds_bucket", labels.merging(["le": bound]) { $1 }) { passed, _ in
                        rows[Int(passed / 15_000)][bucket]
                    }
                }
                add("latency_seconds_count", labels) { passed, _ in rows[Int(passed / 15_000)][5] }
                add("latency_seconds_sum", labels) { passed, _ in rows[Int(passed / 15_000)][5] * 0.7 }
            }
        }
        for (kind, bounds) in [
            ("falling", ["1": 10.0, "2": 8, "4": 20, "+Inf": 25]), ("no top", ["1": 3, "2": 5]),
            ("twice", ["1": 3, "1.0": 2, "2": 9, "+Inf": 12]), ("empty", ["1": 0, "+Inf": 0]),
            ("negative", ["-1": 4, "0": 6, "1": 8, "+Inf": 9]), ("lonely", ["+Inf": 4]), ("bad", ["x": 3, "+Inf": 4]),
            ("close", ["1": 10, "2": 10.000000000001, "4": 9.999999999999, "+Inf": 12]),
            ("nan", ["1": .nan, "2": 3, "+Inf": 5]),
        ] {
            for (bound, count) in bounds.sorted(by: { $0.key < $1.key }) {
                add("odd_bucket", ["kind": kind, "le": bound], every: 60_000) { _, _ in count }
            }
        }
    }

    private mutating func infos() {
        for instance in ["a:9100", "b:9100"] {
            let labels = ["instance": instance, "job": "node", "os": "linux", "level": String(instance.prefix(1))]
            add("target_info", labels) { passed, _ in instance == "b:9100" && passed > 3_500_000 ? nil : 1 }
        }
        // The last in order: Prometheus 3.5 mixes up the info series that come after one without a sample.
        let next = ["instance": "b:9100", "job": "node", "os": "bsd", "level": "n"]
        add("target_info", next) { passed, _ in passed > 3_500_000 ? 1 : nil }
    }

    private mutating func oddities() {
        add("my.metric", ["label.x": "ü", "plain": "1"]) { passed, _ in Double(passed) / 60_000 }
        add("my.metric", ["label.x": "日本", "plain": "2"]) { passed, _ in -Double(passed) / 60_000 }
        add("dup_a", ["instance": "1"]) { _, _ in 1 }
        add("dup_b", ["instance": "1"]) { _, _ in 2 }
        for (name, value) in [("big", 1.5e308), ("bigger", 1.7e308), ("tiny", 1e-300), ("zero", 0), ("minus", -3.5)] {
            add("extreme", ["name": name], every: 60_000) { _, _ in value }
        }
        add("extreme", ["name": "nan"], every: 60_000) { _, _ in .nan }
        add("extreme", ["name": "inf"], every: 60_000) { _, _ in .infinity }
        add("extreme", ["name": "minf"], every: 60_000) { _, _ in -.infinity }
        for name in ["x1", "x2", "x10", "y"] {
            add("tied", ["name": name, "group": String(name.prefix(1))]) { _, _ in 4 }
        }
        add("tied", ["name": "z", "group": "z"]) { _, _ in 9 }
        add("lines", ["text": "a\nb\"c\\d"]) { _, _ in 1 }
    }
}

/// Numbers that are the same in each run.
struct SmallRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}
