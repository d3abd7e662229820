import FleetModel

/// The aggregations that choose among the series: `topk`, `bottomk`, `limitk`, `limit_ratio`.
extension Evaluator {
    func choose(
        _ aggregation: Aggregation,
        _ parameter: [Double],
        _ columns: [Column],
        _ groups: Groups,
        _ grid: Grid
    ) throws -> [Column] {
        if aggregation.aggregator != .limitRatio, parameter.allSatisfy({ $0 < 1 }) { return [] }
        var chosen = columns.map { Column(labels: $0.labels, values: Column.holes(grid.count)) }
        var order: [Int] = []
        let hashes = aggregation.aggregator == .limitRatio ? columns.map { LabelHash.share(of: $0.labels) } : []
        for index in 0..<grid.count {
            for members in groups.members {
                let present = members.filter { !columns[$0].values[index].isStaleMarker }
                if present.isEmpty { continue }
                let limit = try Self.limit(parameter[index], aggregation.aggregator, columns.count)
                let picked: [Int]
                switch aggregation.aggregator {
                case .limitRatio:
                    let ratio = parameter[index]
                    picked = present.filter { ratio >= 0 ? hashes[$0] < ratio : hashes[$0] >= 1 + ratio }
                case .limitk: picked = Array(present.prefix(limit))
                default:
                    let isTop = aggregation.aggregator == .topk
                    var heap = BoundedHeap(limit: limit, isTop: isTop)
                    for member in present { heap.offer(columns[member].values[index], member) }
                    picked = heap.bestFirst
                }
                for member in picked { chosen[member].values[index] = columns[member].values[index] }
                if grid.count == 1 { order += picked }
            }
        }
        // The order of an instant vector tells which is best.
        return grid.count == 1 ? order.map { chosen[$0] } : chosen.withoutEmpty()
    }

    private static func limit(_ value: Double, _ aggregator: Aggregator, _ count: Int) throws -> Int {
        if aggregator == .limitRatio {
            if value.isNaN { throw PromQLError.execution("Ratio value NaN is NaN") }
            return count
        }
        guard value >= -9.223372036854775e18, value < 9.223372036854775e18 else {
            throw PromQLError.execution("Scalar value \(NumberText.text(of: value)) overflows int64")
        }
        return min(max(0, Int(value)), count)
    }
}

/// The best of many values, kept as Go's heap keeps them: which of equal values stay depends on it.
struct BoundedHeap {
    private var items: [(value: Double, index: Int)] = []
    private let limit: Int
    private let isTop: Bool

    init(limit: Int, isTop: Bool) {
        self.limit = limit
        self.isTop = isTop
    }

    /// True when the left one goes first; NaN always does.
    private func isWorse(_ left: Double, _ right: Double) -> Bool {
        left.isNaN || (isTop ? left < right : left > right)
    }

    mutating func offer(_ value: Double, _ index: Int) {
        guard limit > 0 else { return }
        if items.count < limit {
            items.append((value, index))
            siftUp()
        } else if (isTop ? items[0].value < value : items[0].value > value) || items[0].value.isNaN && !value.isNaN {
            items[0] = (value, index)
            siftDown()
        }
    }

    private mutating func siftUp() {
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard isWorse(items[child].value, items[parent].value) else { return }
            items.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < items.count else { return }
            if child + 1 < items.count, isWorse(items[child + 1].value, items[child].value) { child += 1 }
            guard isWorse(items[child].value, items[parent].value) else { return }
            items.swapAt(child, parent)
            parent = child
        }
    }

    var bestFirst: [Int] {
        items.sorted { !$0.value.isNaN && ($1.value.isNaN || isWorse($1.value, $0.value)) }.map(\.index)
    }
}

/// The hash by which `limit_ratio` takes its share: xxHash64 of the labels, as Prometheus lays them out.
enum LabelHash {
    /// Between 0 and 1.
    static func share(of labels: LabelSet) -> Double {
        var bytes: [UInt8] = []
        for label in labels.labels {
            append(label.key, to: &bytes)
            append(label.value, to: &bytes)
        }
        return Double(xxHash64(bytes)) / Double(UInt64.max)
    }

    /// A length of one byte, or 255 and three bytes, then the text.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let count = text.utf8.count
        if count < 255 {
            bytes.append(UInt8(count))
        } else {
            bytes += [255, UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
            bytes.append(UInt8(truncatingIfNeeded: count >> 16))
        }
        bytes += text.utf8
    }

    private static let primes: [UInt64] = [
        0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
        0x27D4_EB2F_1656_67C5,
    ]

    static func xxHash64(_ bytes: [UInt8]) -> UInt64 {
        var place = 0
        var hash: UInt64
        if bytes.count >= 32 {
            var lanes = [primes[0] &+ primes[1], primes[1], 0, 0 &- primes[0]]
            while place + 32 <= bytes.count {
                for lane in 0..<4 { lanes[lane] = round(lanes[lane], word(bytes, place + 8 * lane, 8)) }
                place += 32
            }
            hash = rotated(lanes[0], 1) &+ rotated(lanes[1], 7) &+ rotated(lanes[2], 12) &+ rotated(lanes[3], 18)
            for lane in lanes { hash = (hash ^ round(0, lane)) &* primes[0] &+ primes[3] }
        } else {
            hash = primes[4]
        }
        hash = hash &+ UInt64(bytes.count)
        return finished(hash, bytes, place)
    }

    private static func finished(_ start: UInt64, _ bytes: [UInt8], _ from: Int) -> UInt64 {
        var hash = start
        var place = from
        while place + 8 <= bytes.count {
            hash = rotated(hash ^ round(0, word(bytes, place, 8)), 27) &* primes[0] &+ primes[3]
            place += 8
        }
        if place + 4 <= bytes.count {
            hash = rotated(hash ^ (word(bytes, place, 4) &* primes[0]), 23) &* primes[1] &+ primes[2]
            place += 4
        }
        while place < bytes.count {
            hash = rotated(hash ^ (UInt64(bytes[place]) &* primes[4]), 11) &* primes[0]
            place += 1
        }
        hash = (hash ^ (hash >> 33)) &* primes[1]
        hash = (hash ^ (hash >> 29)) &* primes[2]
        return hash ^ (hash >> 32)
    }

    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotated(lane &+ word &* primes[1], 31) &* primes[0]
    }

    private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 {
        (word << bits) | (word >> (64 - bits))
    }

    /// Little endian.
    private static func word(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
        (0..<count).reversed().reduce(0) { ($0 << 8) | UInt64(bytes[place + $1]) }
    }
}
