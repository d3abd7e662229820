/// Strict JSON (RFC 8259) into a `JSONValue`, for the wire, for files and for what nodes print.
///
/// Bounded in size and depth, so hostile input ends in an error. Duplicate keys, lone surrogates, bytes that are not
/// UTF-8 and anything after the value are refused. A number without fraction or exponent that fits is an `int`,
/// every other a `double`.
package enum JSONReading {
    /// What one document may cost.
    package struct Limits: Sendable {
        package var bytes: Int
        package var depth: Int

        package init(bytes: Int = 64 << 20, depth: Int = 128) {
            self.bytes = bytes
            self.depth = depth
        }
    }

    /// - Throws: `JSONReadingError` with the line and column of the first byte that does not fit.
    package static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(JSONReadingError) -> JSONValue {
        guard bytes.count <= limits.bytes else {
            throw JSONReadingError("is \(bytes.count) bytes long; at most \(limits.bytes) are read", line: 1, column: 1)
        }
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<JSONValue, JSONReadingError> in
            var parser = JSONParser(input: buffer, depthLimit: limits.depth)
            do throws(JSONFault) {
                return .success(try parser.document())
            } catch {
                return .failure(JSONReadingError(error.reason, offset: error.offset, in: buffer))
            }
        }
        return try result.get()
    }

    /// - Throws: `JSONReadingError`.
    package static func parse(_ text: String, limits: Limits = Limits()) throws(JSONReadingError) -> JSONValue {
        try parse(Array(text.utf8), limits: limits)
    }
}

/// Why a text is no JSON, and where.
package struct JSONReadingError: Explained, Hashable {
    package let reason: String
    /// From 1.
    package let line: Int
    /// From 1, counted in bytes.
    package let column: Int

    package init(_ reason: String, line: Int, column: Int) {
        self.reason = reason
        self.line = line
        self.column = column
    }

    fileprivate init(_ reason: String, offset: Int, in input: UnsafeBufferPointer<UInt8>) {
        var line = 1
        var start = 0
        for index in 0..<min(offset, input.count) where input[index] == UInt8(ascii: "\n") {
            line += 1
            start = index + 1
        }
        self.init(reason, line: line, column: offset - start + 1)
    }

    package var code: String { "usage.bad_json" }
    package var problem: String { "line \(line), column \(column): \(reason)" }
    package var advice: String? { nil }
}

/// A fault by offset; lines are counted only when one is reported.
struct JSONFault: Error {
    let reason: String
    let offset: Int
}
