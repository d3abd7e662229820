import FleetModel
import FleetTesting
import Formats
import Operations
import Testing

@Suite struct RemoteWriteTests {
    @Test(arguments: [0, 1, 59, 60, 61, 255, 256, 257, 65_535, 65_536, 65_537, 300_000])
    func `what is packed is unpacked`(size: Int) throws {
        for kind in 0..<3 {
            var state = UInt64(size + 1)
            let bytes = (0..<size).map { index -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return kind == 0 ? 7 : kind == 1 ? UInt8(index % 67) : UInt8(truncatingIfNeeded: state >> 33)
            }
            let packed = Snappy.pack(bytes)
            #expect(try Snappy.unpack(packed, limit: size) == bytes)
            #expect(packed.count <= size + size / 6 + 32)
        }
    }

    @Test func `bombs and damaged bytes are refused`() {
        #expect(throws: Snappy.Fault.tooLarge(4_294_967_295)) {
            try Snappy.unpack([0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0], limit: 1 << 20)
        }
        let bad: [[UInt8]] = [
            [], [0x80], [5], [1, 0, 1, 2], [4, 0x01, 0x00], [4, 0, 7, 0x02, 0x00, 0x00], [4, 0, 7, 0x02, 0x09, 0x00],
            [2, 0xF0], [2, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF], [3, 0, 7, 0x06, 0x01, 0x00, 9], [100, 0, 7],
        ]
        for bytes in bad { #expect(throws: Snappy.Fault.self, "\(bytes)") { try Snappy.unpack(bytes, limit: 1000) } }
    }

    @Test func `a message survives the way, with its stale marker`() throws {
        let request = Self.request(at: 1_700_000_000_000)
        #expect(try WriteRequest(request.bytes) == request)
        // Metadata, exemplars and histograms are passed over.
        let unknown: [UInt8] = [0x1A, 2, 8, 1, 0x22, 0, 0x2D, 1, 2, 3, 4]
        #expect(try WriteRequest(unknown + request.bytes + unknown) == request)
    }

    @Test func `messages that are cut or too large are refused, never a crash`() {
        let bytes = Self.request(at: 5).bytes
        for count in 1..<bytes.count { _ = try? WriteRequest(Array(bytes[..<count])) }
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0xFF
            _ = try? WriteRequest(damaged)
        }
        var limits = WriteRequest.Limits()
        limits.labels = 1
        #expect(throws: WriteRequest.Fault.tooMany("labels")) { try WriteRequest(bytes, limits: limits) }
        limits = WriteRequest.Limits()
        limits.samples = 1
        #expect(throws: WriteRequest.Fault.tooMany("samples")) { try WriteRequest(bytes, limits: limits) }
    }

    @Test func `a real Prometheus takes what we write`() async throws {
        try await TestBed.with { bed in
            let prometheus = try RealPrometheus(in: bed, config: "{}")
            let now = try #require(
                try prometheus.query("vector(time() * 1000)").first?.points.first.flatMap { Double($0.value) }
            )
            let answer = try LoopbackHTTP.request(
                "POST",
                "/api/v1/write",
                port: prometheus.port,
                headers: ["Content-Encoding: snappy", "Content-Type: application/x-protobuf"],
                body: Snappy.pack(Self.request(at: Int64(now) - 5000).bytes)
            )
            #expect(answer.status / 100 == 2, "\(String(decoding: answer.body, as: UTF8.self))")
            let found = try prometheus.query(#"{job="é"}[1m]"#)
            #expect(found.map { $0.points.map(\.value) } == [["1.5"]])
        }
    }

    static func request(at time: Int64) -> WriteRequest {
        let at = Timestamp(milliseconds: time)
        let later = Timestamp(milliseconds: time + 1000)
        return WriteRequest(series: [
            .init(
                labels: [Sample.Label("__name__", "a"), Sample.Label("job", "é")],
                points: [.init(at: at, value: 1.5), .init(at: later, value: .staleMarker)]
            )
        ])
    }
}
