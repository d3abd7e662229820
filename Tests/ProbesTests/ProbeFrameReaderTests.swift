import FleetModel
import Testing

@testable import Probes

@Suite struct `Frames in a stream` {
    static let nonce = ProbeRun.nonce(7)

    static func frame(_ body: String, nonce: ProbeNonce = nonce, sections: Int? = nil, bytes: Int? = nil) -> [UInt8] {
        let count = body.split(separator: "\n").count { $0.hasPrefix("%\(nonce.text) ") }
        let end = "#flotilla-probe end \(nonce.text) \(sections ?? count) \(bytes ?? body.utf8.count)\n"
        return Array(("\n#flotilla-probe begin \(nonce.text)\n" + body + end).utf8)
    }

    static let body = "%\(nonce.text) loadavg\n0.50 0.25 0.125 1/2 3\n"

    @Test(arguments: [1, 2, 3, 7, 64, 1000])
    func `are found however the bytes are cut`(size: Int) throws {
        var reader = ProbeFrameReader()
        reader.expect(Self.nonce)
        let bytes = Array("Welcome!\nno newline at the end".utf8) + Self.frame(Self.body)
        var found: [ProbeFrame] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            if let frame = try reader.feed(Array(bytes[start..<min(start + size, bytes.count)])) { found.append(frame) }
        }
        #expect(found.map(\.body) == [Array(Self.body.utf8)])
        #expect(ProbeReading.parse(try #require(found.first)).samples.map(\.value) == [0.5, 0.25, 0.125])
        #expect(String(decoding: reader.noise, as: UTF8.self).hasPrefix("Welcome!\n"))
    }

    @Test func `with another request's nonce are noise`() throws {
        var reader = ProbeFrameReader()
        let late = ProbeRun.nonce(6)
        reader.expect(Self.nonce)
        let bytes = Self.frame("%\(late.text) loadavg\n9 9 9\n", nonce: late) + Self.frame(Self.body)
        #expect(try reader.feed(bytes)?.body == Array(Self.body.utf8))
    }

    @Test func `follow each other in one delivery`() throws {
        var reader = ProbeFrameReader()
        let next = ProbeRun.nonce(8)
        let second = "%\(next.text) loadavg\n1 2 3\n"
        reader.expect(Self.nonce)
        #expect(try reader.feed(Self.frame(Self.body) + Self.frame(second, nonce: next)) != nil)
        reader.expect(next)
        #expect(try reader.feed([])?.body == Array(second.utf8))
        #expect(try reader.feed([]) == nil)
    }

    @Test(arguments: [(2, nil), (nil, 3), (0, 0)] as [(Int?, Int?)])
    func `whose counts do not fit are refused by name`(sections: Int?, bytes: Int?) {
        var reader = ProbeFrameReader()
        reader.expect(Self.nonce)
        #expect(throws: ProbeError.self) {
            try reader.feed(Self.frame(Self.body, sections: sections, bytes: bytes))
        }
    }

    @Test func `that never end are refused, and so is endless noise`() throws {
        let flood = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
        for (opening, reason) in [
            ("\n#flotilla-probe begin \(Self.nonce.text)\n", ProbeError.Reason.tooBig), ("", .noise),
        ] {
            var reader = ProbeFrameReader(limits: .init(frame: 50_000, noise: 60_000))
            reader.expect(Self.nonce)
            _ = try reader.feed(Array(opening.utf8))
            let error = #expect(throws: ProbeError.self) {
                for _ in 0..<100 { _ = try reader.feed(flood) }
            }
            #expect(error?.reason == reason)
            #expect(error?.advice != nil || reason == .tooBig)
        }
    }

    @Test func `cannot be forged by a section that quotes an old one`() throws {
        var reader = ProbeFrameReader()
        reader.expect(Self.nonce)
        let body = Self.body + "#flotilla-probe end f000 1 1\n#flotilla-probe begin f000\n%f000 loadavg\n7 7 7\n"
        let frame = try #require(try reader.feed(Self.frame(body)))
        #expect(ProbeReading.parse(frame).samples.count == 3)
    }
}
