package import FleetModel
package import Operations

/// A text that comes in pieces: no more of it is held than a piece and the entry that it cuts.
///
/// `add` a piece, call `next` until it is nil, and so on; the last piece is an empty one with `isLast`.
package struct ExpositionStream {
    private var parser: ExpositionParser
    /// What came after the last line feed.
    private var tail: [UInt8] = []
    /// An entry that is cut is looked at again when twice as much of it is there: pieces of one byte cost no more than
    /// large ones.
    private var enough = 0
    private var isPaused = true

    package init(as format: ExpositionFormat, limits: ExpositionLimits = ExpositionLimits()) {
        parser = ExpositionParser([], as: format, limits: limits, isFinal: false)
    }

    package mutating func add(_ piece: some Collection<UInt8>, isLast: Bool = false) {
        tail += piece
        if isLast {
            parser.resume(with: tail[...], isFinal: true)
            tail = []
            isPaused = false
        } else if tail.count >= enough, let end = tail.lastIndex(of: UInt8(ascii: "\n")) {
            parser.resume(with: tail[...end], isFinal: false)
            tail.removeSubrange(...end)
            isPaused = false
        }
    }

    /// Nil where another piece is wanted, and at the end.
    package mutating func next() throws(ExpositionError) -> ExpositionEntry? {
        guard !isPaused else { return nil }
        if let entry = try parser.next() { return entry }
        isPaused = true
        enough = parser.isCut ? parser.pending : 0
        return nil
    }

    package func labels() throws(ExpositionError) -> LabelSet { try parser.labels() }

    package var metadata: [String: MetricMetadata] { parser.metadata }
}
