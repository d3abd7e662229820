/// Whole numbers as bytes: a first number, a common divisor, a way to foretell each number, and what the foretelling missed.
///
/// All arithmetic wraps, so any 64-bit numbers come back and damaged bytes give wrong numbers at worst.
enum IntegerColumn {
    /// How a number is foretold; the raw value is the lowest three bits of the first byte.
    enum Model: UInt8, CaseIterable {
        /// The numbers lie around one level.
        case level = 0
        /// Each is the one before plus a usual step.
        case step = 1
        /// Each step is like the one before.
        case acceleration = 2
        /// The numbers lie around a line: times of a poll with its own place in the interval.
        case line = 3
        case constant = 4
    }

    private static let divided: UInt8 = 8
    private static let slopeBits: Int64 = 8

    static func write(_ numbers: [Int64], into bytes: inout ByteWriter) {
        guard let first = numbers.first else { return }
        guard let plan = Plan(numbers) else {
            bytes.byte(Model.constant.rawValue)
            return bytes.signed(first)
        }
        bytes.byte(plan.model.rawValue | (plan.divisor > 1 ? divided : 0))
        bytes.signed(first)
        if plan.divisor > 1 { bytes.varint(plan.divisor) }
        bytes.signed(plan.offset)
        var bits = BitWriter()
        ResidualCoder.write(plan.residuals, into: &bits)
        bytes.append(bits.finished())
    }

    /// The column takes the bytes to their end.
    static func read(_ count: Int, from bytes: inout ByteReader) throws(ChunkError) -> [Int64] {
        guard count > 0 else { return [] }
        let head = try bytes.byte()
        guard let model = Model(rawValue: head & 7), head < 16 else { throw .nonsense("model \(head)") }
        let first = try bytes.signed()
        if model == .constant { return Array(repeating: first, count: count) }
        let divisor = head & divided == 0 ? 1 : Int64(bitPattern: try bytes.varint())
        let offset = try bytes.signed()
        var bits = BitReader(bytes.rest())
        let header = Header(first: first, divisor: divisor, offset: offset)
        return try decode(model, header, count, &bits)
    }

    private struct Header {
        var first: Int64
        var divisor: Int64
        var offset: Int64
    }

    private static func decode(
        _ model: Model,
        _ header: Header,
        _ count: Int,
        _ bits: inout BitReader
    ) throws(ChunkError) -> [Int64] {
        let (first, divisor, offset) = (header.first, header.divisor, header.offset)
        var numbers = [Int64](repeating: first, count: count)
        var index = 1
        var running: Int64 = 0
        var step = offset
        try numbers.withUnsafeMutableBufferPointer { numbers throws(ChunkError) in
            // SAFETY of the subscripts: `take` is called count - 1 times, so `index` stays below `count`.
            switch model {
            case .level, .constant:
                try ResidualCoder.read(count - 1, from: &bits) {
                    numbers[index] = first &+ (offset &+ Int64(zigzag: $0)) &* divisor
                    index &+= 1
                }
            case .step:
                try ResidualCoder.read(count - 1, from: &bits) {
                    running = running &+ offset &+ Int64(zigzag: $0)
                    numbers[index] = first &+ running &* divisor
                    index &+= 1
                }
            case .acceleration:
                try ResidualCoder.read(count - 1, from: &bits) {
                    step = step &+ Int64(zigzag: $0)
                    running = running &+ step
                    numbers[index] = first &+ running &* divisor
                    index &+= 1
                }
            case .line:
                try ResidualCoder.read(count - 1, from: &bits) {
                    running = running &+ offset
                    numbers[index] = first &+ (running >> slopeBits &+ Int64(zigzag: $0)) &* divisor
                    index &+= 1
                }
            }
        }
        return numbers
    }
}

extension IntegerColumn {
    /// The cheapest model for some numbers, with its residuals.
    private struct Plan {
        var model: Model
        var divisor: UInt64
        var offset: Int64
        var residuals: [UInt64]

        /// Nil when all numbers are the same.
        init?(_ numbers: [Int64]) {
            let first = numbers[0]
            divisor = Self.commonDivisor(numbers, first)
            guard divisor != 0 else { return nil }
            let scale = divisor > UInt64(Int64.max) ? 1 : Int64(divisor)
            divisor = UInt64(scale)
            // Wraps where the distance is more than 63 bits; then it is not divided and wraps back.
            let scaled = scale == 1 ? numbers.map { $0 &- first } : numbers.map { ($0 &- first) / scale }
            (model, offset, residuals) = (.level, 0, [])
            var best = Int.max
            for candidate in [Model.step, .level, .line, .acceleration] {
                let (offset, residuals) = Self.residuals(scaled, candidate)
                let cost = Self.estimate(residuals)
                guard cost < best else { continue }
                best = cost
                (model, self.offset, self.residuals) = (candidate, offset, residuals)
            }
        }

        /// 0 when all are the same, 1 when they cannot be divided without a loss.
        private static func commonDivisor(_ numbers: [Int64], _ first: Int64) -> UInt64 {
            var divisor: UInt64 = 0
            for number in numbers where number != first {
                let (distance, overflows) = number.subtractingReportingOverflow(first)
                if overflows { return 1 }
                divisor = greatestCommonDivisor(divisor, distance.magnitude)
                if divisor == 1 { return 1 }
            }
            return divisor
        }

        private static func greatestCommonDivisor(_ one: UInt64, _ other: UInt64) -> UInt64 {
            var (left, right) = (one, other)
            while right != 0 { (left, right) = (right, left % right) }
            return left
        }

        private static func residuals(_ numbers: [Int64], _ model: Model) -> (offset: Int64, residuals: [UInt64]) {
            switch model {
            case .level, .constant:
                let offset = typical(numbers.dropFirst())
                return (offset, numbers.dropFirst().map { ($0 &- offset).zigzag })
            case .step:
                let steps = zip(numbers.dropFirst(), numbers).map { $0 &- $1 }
                let offset = typical(steps[...])
                return (offset, steps.map { ($0 &- offset).zigzag })
            case .acceleration:
                let steps = zip(numbers.dropFirst(), numbers).map { $0 &- $1 }
                let offset = typical(steps[...])
                var before = offset
                return (
                    offset,
                    steps.map { step in
                        defer { before = step }
                        return (step &- before).zigzag
                    }
                )
            case .line:
                let slope = slope(numbers)
                var running: Int64 = 0
                return (
                    slope,
                    numbers.dropFirst().map { number in
                        running = running &+ slope
                        return (number &- running >> slopeBits).zigzag
                    }
                )
            }
        }

        private static func slope(_ numbers: [Int64]) -> Int64 {
            let total = Double(numbers[numbers.count - 1]) / Double(max(1, numbers.count - 1))
            return Int64(exactly: (total * Double(1 << slopeBits)).rounded()) ?? 0
        }

        /// About the median: of at most 31 numbers from all over.
        private static func typical(_ numbers: ArraySlice<Int64>) -> Int64 {
            guard !numbers.isEmpty else { return 0 }
            let stride = (numbers.count + 30) / 31
            var some = Swift.stride(from: numbers.startIndex, to: numbers.endIndex, by: stride).map { numbers[$0] }
            some.sort()
            return some[some.count / 2]
        }

        private static func estimate(_ residuals: [UInt64]) -> Int {
            residuals.reduce(0) { $0 + 64 - $1.leadingZeroBitCount }
        }
    }
}
