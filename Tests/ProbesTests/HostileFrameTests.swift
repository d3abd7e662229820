import FleetModel
import Testing

@testable import Probes

/// SplitMix64: the same mutations in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

@Suite struct `Hostile frames` {
    @Test(arguments: Capture.all)
    func `never crash the reading, and give only sound samples`(capture: Capture) throws {
        let frame = try capture.frame(.dash)
        var generator = SeededGenerator(state: 42)
        for _ in 0..<60 {
            let reading = ProbeReading.parse(.init(nonce: frame.nonce, body: mutated(frame.body, &generator)))
            for sample in reading.samples { check(sample) }
        }
    }

    @Test func `of nothing but one section's name are harmless`() {
        let nonce = ProbeRun.nonce()
        for name in [
            "stat", "net/dev", "statfs", "df /x", "clock", "chrony", "chrony.tracking", "sensors", "containers docker",
            "",
        ] {
            for content in ["", "\n", "\n\n\n", "cpu", "cpu0", ":", "::::", " ", ",", "\u{FF}", "now", "wall 1 2 3"] {
                let body = Array("%\(nonce.text) \(name)\n\(content)".utf8)
                for sample in ProbeReading.parse(.init(nonce: nonce, body: body)).samples { check(sample) }
            }
        }
    }

    @Test func `cannot make more samples than the limit`() {
        let nonce = ProbeRun.nonce()
        let lines = String(repeating: "a:1 1 1 1 1 1 1 1 1 1 1 1\n", count: 22_000)
        let reading = ProbeReading.parse(.init(nonce: nonce, body: Array("%\(nonce.text) net/dev\n\(lines)".utf8)))
        #expect(reading.samples.count == 20_000)
    }

    private func check(_ sample: Sample) {
        #expect(sample.value.isFinite)
        let isName = sample.name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter)
                || (48...57).contains(byte)
        }
        #expect(isName && !sample.name.isEmpty)
        for label in sample.labels {
            #expect(label.value.utf8.count <= 3 * 1024)
            #expect(!label.value.unicodeScalars.contains { $0.rewritesItsLine })
        }
    }

    private func mutated(_ body: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var body = body
        for _ in 0..<Int.random(in: 1...20, using: &generator) where !body.isEmpty {
            let place = Int.random(in: 0..<body.count, using: &generator)
            let length = min(Int.random(in: 1...40, using: &generator), body.count - place)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: body[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: body.removeSubrange(place..<place + length)
            case 2: body.insert(contentsOf: body[place..<place + length], at: place)
            case 3: body[place] = "0123456789-.eE+ \n\t:,%\\\"{}".utf8.randomElement(using: &generator) ?? 0
            case 4: body.removeSubrange(place...)
            default: body.insert(contentsOf: "99999999999999999999999999".utf8, at: place)
            }
        }
        return body
    }
}
