/// Figures as bytes, exact for every bit pattern of a `Double`.
///
/// Decimal fractions are kept as whole numbers of one scale, what does not fit beside them as exceptions (stale markers,
/// NaN with their payload, infinities, -0). A column with many exceptions is kept as XORs.
enum ValueColumn {
    private enum Form: UInt8 {
        case decimal = 0
        case decimalWithExceptions = 1
        case xor = 2
    }

    static func write(_ values: [Double], into bytes: inout ByteWriter) {
        guard !values.isEmpty else { return }
        guard let decimal = Decimal(values) else {
            bytes.byte(Form.xor.rawValue)
            return XORColumn.write(values, into: &bytes)
        }
        let form = decimal.exceptions.isEmpty ? Form.decimal : .decimalWithExceptions
        bytes.byte(form.rawValue | UInt8(decimal.exponent) << 2)
        if form == .decimalWithExceptions { write(decimal.exceptions, values, into: &bytes) }
        IntegerColumn.write(decimal.numbers, into: &bytes)
    }

    /// The column takes the bytes to their end.
    static func read(_ count: Int, from bytes: inout ByteReader) throws(ChunkError) -> [Double] {
        guard count > 0 else { return [] }
        let head = try bytes.byte()
        guard let form = Form(rawValue: head & 3) else { throw .nonsense("form \(head)") }
        if form == .xor { return try XORColumn.read(count, from: &bytes) }
        guard Int(head >> 2) < DecimalScale.powers.count else { throw .nonsense("scale \(head >> 2)") }
        let exceptions = form == .decimal ? [] : try readExceptions(count, from: &bytes)
        let power = DecimalScale.powers[Int(head >> 2)]
        let numbers = try IntegerColumn.read(count, from: &bytes)
        var values = power == 1 ? numbers.map { Double($0) } : numbers.map { Double($0) / power }
        for (index, bits) in exceptions { values[index] = Double(bitPattern: bits) }
        return values
    }

    private static func write(_ exceptions: [Int], _ values: [Double], into bytes: inout ByteWriter) {
        bytes.count(exceptions.count)
        var before = -1
        for index in exceptions {
            bytes.count(index - before - 1)
            bytes.word(values[index].bitPattern)
            before = index
        }
    }

    private static func readExceptions(_ count: Int, from bytes: inout ByteReader) throws(ChunkError)
        -> [(index: Int, bits: UInt64)]
    {
        var index = -1
        var found: [(Int, UInt64)] = []
        for _ in 0..<(try bytes.count(upTo: count)) {
            index += try bytes.count(upTo: count) + 1
            guard index < count else { throw .nonsense("an exception at \(index) of \(count)") }
            found.append((index, try bytes.word()))
        }
        return found
    }

    /// Whole numbers of one scale, and the places of the values that have none.
    private struct Decimal {
        var exponent = 0
        var numbers: [Int64] = []
        var exceptions: [Int] = []

        /// Nil when too many values do not fit.
        init?(_ values: [Double]) {
            guard settleExponent(values) else { return nil }
            let power = DecimalScale.powers[exponent]
            numbers.reserveCapacity(values.count)
            for value in values {
                if let number = DecimalScale.whole(value, power) {
                    numbers.append(number)
                } else {
                    exceptions.append(numbers.count)
                    numbers.append(numbers.last ?? 0)
                }
            }
            guard exceptions.count <= Self.most(values) else { return nil }
        }

        private static func most(_ values: [Double]) -> Int { max(1, values.count / 16) }

        private mutating func settleExponent(_ values: [Double]) -> Bool {
            var misses = 0
            for value in values where DecimalScale.whole(value, DecimalScale.powers[exponent]) == nil {
                if let higher = DecimalScale.exponent(value, from: exponent + 1) {
                    exponent = higher
                } else {
                    misses += 1
                    if misses > Self.most(values) { return false }
                }
            }
            return true
        }
    }
}
