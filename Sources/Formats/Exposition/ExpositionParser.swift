package import FleetModel
package import Operations

/// A text of samples, read as Prometheus 3.5 reads it: the same texts are taken, and for each the same samples come out.
///
/// Prometheus' own verdicts are kept where they are odd: a blank is not needed between name and value, commas between
/// labels may be missing in the old format, a NUL at the start of a line ends the text.
package struct ExpositionParser: ExpositionReader, Sendable {
    private(set) var bytes: [UInt8]
    let limits: ExpositionLimits
    let format: ExpositionFormat
    /// False for a piece of a longer text: what is cut off at its end is `isCut`, not a mistake.
    private var isFinal: Bool
    var position = 0
    var line = 1
    var lineStart = 0
    /// Where the entry begins that is being read.
    private var entryStart = 0
    private var entryLine = 1
    /// Set where a piece ends inside an entry.
    private(set) var isCut = false

    package internal(set) var series = 0..<0
    /// The name's bytes; nil until it was found.
    var name: Range<Int>?
    /// Names and values of the labels, with what is inside quotes only.
    var pairs: [(name: Range<Int>, value: Range<Int>)] = []
    /// Of the latest TYPE line, whatever family it was about: that is what Prometheus goes by.
    var type = MetricType.unknown
    private var samples = 0
    package internal(set) var metadata: [String: MetricMetadata] = [:]

    package init(
        _ bytes: [UInt8],
        as format: ExpositionFormat,
        limits: ExpositionLimits = ExpositionLimits(),
        isFinal: Bool = true
    ) {
        self.bytes = bytes
        self.format = format
        self.limits = limits
        self.isFinal = isFinal
    }

    package mutating func next() throws(ExpositionError) -> ExpositionEntry? {
        do throws(ExpositionError) {
            let entry =
                switch format {
                case .text: try nextOfText()
                case .openMetrics: try nextOfOpenMetrics()
                }
            if !isFinal, position > bytes.count { return cut() }
            if case .sample = entry { try count() }
            return entry
        } catch {
            // What a piece ends in may be right once the rest is there.
            if !isFinal, position >= bytes.count { return cut() }
            throw error
        }
    }

    /// Bytes of the entry that is cut.
    var pending: Int { bytes.count - min(entryStart, bytes.count) }

    /// Goes on with the entry that was cut, and what follows it.
    mutating func resume(with more: ArraySlice<UInt8>, isFinal: Bool) {
        bytes.removeSubrange(..<min(entryStart, bytes.count))
        bytes += more
        self.isFinal = isFinal
        position = 0
        line = entryLine
        lineStart = 0
        isCut = false
    }

    private mutating func cut() -> ExpositionEntry? {
        isCut = true
        return nil
    }

    private mutating func count() throws(ExpositionError) {
        samples += 1
        guard samples <= limits.samples else { throw mistake("more than \(limits.samples) samples") }
    }

    mutating func beginEntry() {
        entryStart = position
        entryLine = line
        name = nil
        pairs.removeAll(keepingCapacity: true)
    }

    func mistake(_ reason: String) -> ExpositionError {
        ExpositionError(line: line, reason)
    }

    /// The byte at hand; a line feed at the end of the text, which Prometheus adds.
    @inline(__always) var byte: UInt8 { position < bytes.count ? bytes[position] : UInt8(ascii: "\n") }

    var isAtEnd: Bool { position >= bytes.count }
    var isWholeText: Bool { isFinal }

    mutating func endLine() throws(ExpositionError) {
        guard position - lineStart <= limits.line else { throw mistake("longer than \(limits.line) bytes") }
        position += 1
        line += 1
        lineStart = position
    }

    /// What was found where something else should stand.
    var found: String {
        guard position < bytes.count else { return "the end of the text" }
        if bytes[position] == UInt8(ascii: "\n") { return "the end of the line" }
        let rest = bytes[position...].prefix(12).prefix { $0 > 0x20 }
        return "“" + String(decoding: rest.isEmpty ? bytes[position...position] : rest, as: UTF8.self).quotedForMessage
            + "”"
    }
}
