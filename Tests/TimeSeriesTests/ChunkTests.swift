import FleetModel
import Testing

@testable import TimeSeries

/// A series as a node would make it, or as nobody would.
struct SeriesCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let times: [Int64]
    let values: [Double]

    init(_ name: String, times: [Int64]? = nil, _ values: [Double]) {
        testDescription = name
        self.values = values
        self.times = times ?? values.indices.map { noon + Int64($0) * 15_000 }
    }

    static let all: [SeriesCase] = {
        var random = Seeded(1)
        let size = 500
        func many(_ next: (inout Seeded) -> Double) -> [Double] { (0..<size).map { _ in next(&random) } }
        var counter = 0.0
        var walk = 20.0
        return [
            SeriesCase("empty", []),
            SeriesCase("one", [3.5]),
            SeriesCase("one stale marker", [staleMarker]),
            SeriesCase("constant", Array(repeating: 8_254_390_272, count: size)),
            SeriesCase(
                "counter",
                many {
                    counter += Double($0.next() % 4000); return counter
                }
            ),
            SeriesCase(
                "counter of 4096s",
                many {
                    counter += 4096 * Double($0.next() % 40); return counter
                }
            ),
            SeriesCase("counter that restarts", (0..<size).map { Double($0 * 17 % 3001) }),
            SeriesCase(
                "processor seconds",
                many {
                    counter += Double($0.next() % 1500); return counter / 100
                }
            ),
            SeriesCase(
                "load",
                many {
                    walk += Double($0.next() % 21) - 10; return walk / 100
                }
            ),
            SeriesCase("ratio", many { Double($0.next() % 1000) / 999 }),
            SeriesCase("any bits", many { Double(bitPattern: $0.next()) }),
            SeriesCase("mostly stale", many { $0.next() % 3 == 0 ? 1 : staleMarker }),
            SeriesCase("stale now and then", many { $0.next() % 100 == 0 ? staleMarker : Double($0.next() % 5) }),
            SeriesCase(
                "odd ones",
                [
                    0, -0.0, .infinity, -.infinity, .nan, -.nan, Double(nan: 77, signaling: false),
                    Double(nan: 2, signaling: true), staleMarker, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
                    0x1p53, 0x1p53 - 1, -0x1p53, 0x1p63, 1e22, 0.1 + 0.2, 1e-12, 123_456_789_012_345.678, .pi,
                ]
            ),
            SeriesCase(
                "jitter",
                times: many { Double($0.next() % 30) }.enumerated().map { noon + Int64($0) * 15_000 + Int64($1) },
                many { _ in 1 }
            ),
            SeriesCase("wild times", times: (0..<size).map { _ in Int64(bitPattern: random.next()) }, many { _ in 1 }),
            SeriesCase("edges of time", times: [.min, .max, 0, .min, -1, .max], [1, 2, 3, 4, 5, 6]),
        ]
    }()
}

let noon: Int64 = 1_795_348_800_000
let staleMarker = Double(bitPattern: 0x7FF0_0000_0000_0002)

/// SplitMix64: the same numbers at every run.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

@Suite struct ChunkTests {
    @Test(arguments: SeriesCase.all) func `a series comes back bit for bit`(series: SeriesCase) throws {
        let back = try Chunk.open(Chunk.seal(times: series.times, values: series.values))
        #expect(back.times == series.times)
        #expect(back.values.map(\.bitPattern) == series.values.map(\.bitPattern))
    }

    @Test(arguments: [("constant", 40), ("counter", 950), ("load", 500), ("stale now and then", 400)])
    func `usual series take little`(name: String, most: Int) throws {
        let series = try #require(SeriesCase.all.first { $0.testDescription == name })
        let bytes = Chunk.seal(times: series.times, values: series.values).count
        #expect(bytes <= most, "\(bytes) bytes for \(series.values.count) samples")
    }

    @Test func `mixtures of all kinds of numbers come back bit for bit`() throws {
        var random = Seeded(2)
        for _ in 0..<2000 {
            let size = Int(random.next() % 200)
            let kinds = random.next()
            var time = Int64(random.next() % 1_000_000)
            var value = 0.0
            var (times, values): ([Int64], [Double]) = ([], [])
            for _ in 0..<size {
                time &+= kinds & 16 == 0 ? 15_000 : Int64((random.next() >> (random.next() % 64)) >> 4)
                let word = random.next()
                switch (word >> 40) % 8 & (kinds & 7) {
                case 0: break
                case 1: value += Double(word % 1000)
                case 2: value = Double(word % 100_000) / 100
                case 3: value = staleMarker
                case 4: value = Double(Int64(bitPattern: word) >> Int64(word % 60))
                case 5: value = Double(word % 7) / 7
                default: value = Double(bitPattern: word)
                }
                times.append(time)
                values.append(value)
            }
            let back = try Chunk.open(Chunk.seal(times: times, values: values))
            #expect(back.times == times)
            #expect(back.values.map(\.bitPattern) == values.map(\.bitPattern))
        }
    }

    @Test(arguments: SeriesCase.all) func `one changed byte anywhere is noticed`(series: SeriesCase) {
        let bytes = Chunk.seal(times: series.times, values: series.values)
        var random = Seeded(3)
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
            var damaged = bytes
            damaged[place] ^= UInt8(truncatingIfNeeded: random.next() | 1)
            #expect(throws: ChunkError.self) { try Chunk.open(damaged) }
            #expect(throws: ChunkError.self) { try Chunk.open(Array(bytes[..<place])) }
        }
    }

    @Test func `bytes that no one wrote give an error or bounded numbers, never a crash`() {
        var random = Seeded(4)
        let samples = SeriesCase.all.map { Chunk.seal(times: $0.times, values: $0.values) }
        for round in 0..<20_000 {
            // Behind a right checksum, so that it is the decoder that meets the damage.
            var body = Array(samples[round % samples.count].dropFirst(4).prefix(400))
            for _ in 0..<Int(random.next() % 6) where !body.isEmpty {
                body[Int(random.next() % UInt64(body.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if round % 3 == 0 {
                body = (0..<Int(random.next() % 40)).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            guard let back = try? Chunk.open(Sealed.bytes(body)) else { continue }
            #expect(back.times.count == back.values.count)
            #expect(back.times.count <= ChunkLimits.samples)
        }
    }

    @Test(arguments: 0...64) func `numbers of every width come back`(width: Int) throws {
        var random = Seeded(UInt64(width))
        let mask = width == 64 ? UInt64.max : 1 << UInt64(width) - 1
        let numbers = (0..<300).map { _ in random.next() & mask }
        var bits = BitWriter()
        ResidualCoder.write(numbers, into: &bits)
        var back: [UInt64] = []
        try bits.finished().span.bytes.withUnsafeBytes { bytes throws(ChunkError) in
            var reader = BitReader(bytes)
            try ResidualCoder.read(numbers.count, from: &reader) { back.append($0) }
        }
        #expect(back == numbers)
    }
}
