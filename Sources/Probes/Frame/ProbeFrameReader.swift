/// Finds frames in the bytes of a probe's channel, however they are cut. One for each channel.
///
/// Each byte is looked at once; memory is bounded by the limits.
package struct ProbeFrameReader: Sendable {
    private let limits: ProbeFrame.Limits
    private var nonce: ProbeNonce?
    private var begin: [UInt8] = []
    private var end: [UInt8] = []
    private var buffer: [UInt8] = []
    /// Where the line that is not yet whole begins, and how far it was searched.
    private var lineStart = 0
    private var searched = 0
    private var bodyStart: Int?
    private var noiseCount = 0
    /// The first bytes that were no frame since `expect`, at most 1 kB: a refusal, a message of the day.
    package private(set) var noise: [UInt8] = []

    package init(limits: ProbeFrame.Limits = .init()) {
        self.limits = limits
    }

    /// Call before each request is sent; a late answer to an earlier one then counts as noise.
    package mutating func expect(_ nonce: ProbeNonce) {
        self.nonce = nonce
        begin = Array("#flotilla-probe begin \(nonce.text)".utf8)
        end = Array("#flotilla-probe end \(nonce.text) ".utf8)
        bodyStart = nil
        noiseCount = 0
        noise = []
    }

    /// Takes the bytes that arrived.
    ///
    /// - Returns: the frame, once its last byte is there.
    /// - Throws: when the bytes cannot become the frame any more; close the channel then.
    package mutating func feed(_ bytes: [UInt8]) throws(ProbeError) -> ProbeFrame? {
        buffer.append(contentsOf: bytes)
        while let newline = nextNewline() {
            let line = lineStart..<newline
            lineStart = newline + 1
            if let frame = try takeLine(line) { return frame }
        }
        try checkLimits()
        return nil
    }

    private mutating func nextNewline() -> Int? {
        let found = buffer[searched...].firstIndex(of: UInt8(ascii: "\n"))
        searched = found.map { $0 + 1 } ?? buffer.count
        return found
    }

    private mutating func takeLine(_ line: Range<Int>) throws(ProbeError) -> ProbeFrame? {
        guard let bodyStart else {
            if buffer[line].elementsEqual(begin) {
                self.bodyStart = lineStart
            } else {
                takeNoise(line)
            }
            return nil
        }
        guard buffer[line].starts(with: end) else { return nil }
        return try finish(body: bodyStart..<line.lowerBound, counts: line.dropFirst(end.count))
    }

    private mutating func takeNoise(_ line: Range<Int>) {
        noiseCount += line.count + 1
        if noise.count < 1024 {
            noise.append(contentsOf: buffer[line].prefix(1024 - noise.count))
            noise.append(UInt8(ascii: "\n"))
        }
        // Noise is dropped in large steps, so that each byte is moved a bounded number of times.
        if lineStart >= 65_536 { compact() }
    }

    private mutating func finish(body: Range<Int>, counts: Range<Int>) throws(ProbeError) -> ProbeFrame? {
        guard let nonce else { return nil }
        let text = ProbeText(Array(buffer[body]))
        let said = String(decoding: buffer[counts].prefix(64), as: UTF8.self).split(separator: " ").map { Int($0) }
        let isWhole = said.count == 2 && said[0] == text.sectionCount(nonce) && said[1] == body.count
        bodyStart = nil
        compact()
        guard isWhole else {
            throw ProbeError(
                .damaged,
                "the sample's end line does not fit its \(body.count) bytes",
                advice: "something on the node writes into the probe's output; look at its shell start-up files"
            )
        }
        return ProbeFrame(nonce: nonce, body: text.bytes)
    }

    /// Into a new array: ten thousand nodes must not each keep the room of their longest answer.
    private mutating func compact() {
        buffer = Array(buffer[lineStart...])
        searched -= lineStart
        lineStart = 0
    }

    private func checkLimits() throws(ProbeError) {
        if let bodyStart {
            guard buffer.count - bodyStart > limits.frame else { return }
            throw ProbeError(.tooBig, "a sample is over \(limits.frame) bytes")
        }
        guard noiseCount + buffer.count - lineStart > limits.noise else { return }
        throw ProbeError(
            .noise,
            "over \(limits.noise) bytes came before the sample",
            advice: "make the node's shell start-up files quiet for commands without a terminal"
        )
    }
}
