import FleetModel
import Testing

@testable import TimeSeries

@Suite struct BlockTests {
    private typealias Figures = [Int64: [Int64: Double]]

    private func figures(_ block: SourceBlock) -> Figures {
        var all: Figures = [:]
        for (series, column) in block.columns {
            for (place, value) in zip(column.places, column.values) {
                all[series, default: [:]][block.times[Int(place)]] = value
            }
        }
        return all
    }

    private func row(_ time: Int64, _ random: inout Seeded) -> SourceBlock.Row {
        let series = (0..<8).filter { _ in random.next() % 3 > 0 }.map { Int64($0 * 100) }
        return SourceBlock.Row(time: time, series: series, values: series.map { _ in Double(random.next() % 50) })
    }

    @Test(arguments: 0..<40) func `rows in any order give what a naive model gives, through the bytes too`(seed: Int)
        throws
    {
        var random = Seeded(UInt64(seed))
        var block = SourceBlock()
        var model: Figures = [:]
        for _ in 0..<5 {
            let start = Int64(random.next() % 60)
            let rows = (0..<20).map { row((start + Int64($0)) * 1000, &random) }
            block.merge(rows)
            for row in rows {
                for (series, value) in zip(row.series, row.values) where model[series]?[row.time] == nil {
                    model[series, default: [:]][row.time] = value
                }
            }
        }
        #expect(figures(block) == model)
        #expect(block.times == block.times.sorted())
        let directory = BlockDirectory(times: block.times, metrics: [3, 7, 1 << 21])
        #expect(try BlockDirectory(directory.sealed()) == directory)
        let bytes = FamilyBytes.seal(block.columns, moments: block.times.count)
        #expect(try FamilyBytes.open(bytes, moments: block.times.count) == block.columns)
        let some = try FamilyBytes.open(bytes, moments: block.times.count) { $0 == 300 }
        #expect(some == block.columns.filter { $0.key == 300 })
    }

    @Test func `damaged blocks are an error or bounded, never a crash`() {
        var random = Seeded(9)
        var block = SourceBlock()
        block.merge((0..<60).map { row(Int64($0) * 1000, &random) })
        let body = FamilyBytes.seal(block.columns, moments: 60).dropFirst(4)
        for _ in 0..<5000 {
            var damaged = Array(body)
            for _ in 0...2 {
                damaged[Int(random.next() % UInt64(body.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            let bytes = Sealed.bytes(damaged)
            for column in (try? FamilyBytes.open(bytes, moments: 60))?.values ?? [:].values {
                #expect(column.places.count == column.values.count)
                #expect(column.places.allSatisfy { (0..<60).contains($0) })
            }
            _ = try? RollupBytes.open(bytes, .hour, moments: [])
            _ = try? BlockDirectory(bytes)
        }
    }

    @Test func `five minutes and hours say what all samples say`() throws {
        var random = Seeded(5)
        let times = (0..<2000).map { noon + Int64($0) * 15_000 + Int64(random.next() % 900) }
        var counter = 0.0
        let values = times.map { _ in
            counter = random.next() % 300 == 0 ? 0 : counter + Double(random.next() % 100)
            return counter
        }
        let fine = Rollup(.fiveMinutes, times: times, values: values, isCounter: true)
        for (resolution, rollup) in [(Resolution.fiveMinutes, fine), (.hour, fine.widened(to: .hour, isCounter: true))]
        {
            for bucket in rollup.buckets {
                let inside = zip(times, values).filter {
                    (bucket.start..<bucket.start + resolution.milliseconds).contains($0.0)
                }.map(\.1)
                #expect(bucket.count == Int64(inside.count))
                #expect(bucket.min == inside.min() && bucket.max == inside.max() && bucket.last == inside.last)
                #expect(bucket.sum == inside.reduce(0, +))
            }
            let start = try #require(times.firstIndex(of: rollup.times[0]))
            #expect(increase(rollup.values) == increase(Array(values[start...])))
            #expect(rollup.values.count < values.count)
            let bytes = RollupBytes.seal([7: rollup], resolution, moments: rollup.times)
            #expect(try RollupBytes.open(bytes, resolution, moments: rollup.times) == [7: rollup])
        }
    }

    private func increase(_ values: [Double]) -> Double {
        zip(values.dropFirst(), values).reduce(0) { $0 + ($1.0 < $1.1 ? $1.0 : $1.0 - $1.1) }
    }

    @Test func `stale markers end a series but are no figures`() {
        let rollup = Rollup(.fiveMinutes, times: [0, 1000, 400_000], values: [1, .staleMarker, 5], isCounter: false)
        #expect(rollup.buckets.map(\.count) == [1, 1])
        #expect(rollup.times == [1000, 400_000])
        #expect(rollup.values[0].isStaleMarker)
    }

    @Test(
        arguments: [
            (0, nil, Resolution.raw), (60_000, nil, .raw), (1_500_000, nil, .fiveMinutes), (1_500_000, 300_000, .raw),
            (1_500_000, 1_200_000, .fiveMinutes), (18_000_000, 14_400_000, .hour),
            (86_400_000, 3_600_000, .fiveMinutes),
        ] as [(Int64, Int64?, Resolution)]
    )
    func `a query gets the coarsest resolution that it cannot tell from raw`(
        step: Int64,
        window: Int64?,
        expected: Resolution
    ) {
        #expect(Resolution.coarsest(step: step, window: window) == expected)
    }
}
