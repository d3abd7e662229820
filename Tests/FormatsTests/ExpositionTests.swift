import FleetModel
import Formats
import Operations
import Testing

@Suite struct ExpositionTests {
    @Test(arguments: ExpositionFormat.allCases)
    func `what is written is read back`(format: ExpositionFormat) throws {
        let labels = LabelSet([
            Sample.Label("__name__", "a_seconds_total"), Sample.Label("b", "x\"y\\z\nü"), Sample.Label("c.d", "1"),
        ])
        let family = MetricFamily(
            name: "a_seconds_total",
            metadata: MetricMetadata(type: .counter, help: "of \\ and\nmore", unit: "seconds"),
            points: [
                .init(labels: labels, value: 0.1, at: Timestamp(milliseconds: 1_700_000_000_123)),
                .init(labels: labels.setting("e", "f"), value: -.infinity),
                .init(labels: LabelSet([Sample.Label("__name__", "odd.näme")]), value: 1e-9),
                .init(labels: labels.setting("gone", "1"), value: .staleMarker),
            ]
        )
        let bytes = ExpositionWriting.text([family], as: format)
        var parser = ExpositionParser(bytes, as: format)
        var points: [MetricFamily.Point] = []
        while let entry = try parser.next() {
            guard case .sample(let value, let at) = entry else { continue }
            points.append(.init(labels: try parser.labels(), value: value, at: at))
        }
        #expect(points == Array(family.points.dropLast()))
        #expect(parser.metadata.first?.value.help == family.metadata.help)
    }

    @Test(arguments: [1, 2, 3, 7, 30, 1000])
    func `pieces of any size give what the whole gives`(size: Int) throws {
        let text = Array("# TYPE a counter\na{b=\"x\ny\"} 1\n\na{b=\"é\"} 2 5\n  a 3 # no\n".utf8)
        var whole = ExpositionParser(text, as: .text)
        var stream = ExpositionStream(as: .text)
        var expected: [ExpositionEntry] = []
        var found: [ExpositionEntry] = []
        #expect(throws: ExpositionError.self) { while let entry = try whole.next() { expected.append(entry) } }
        for start in stride(from: 0, to: text.count, by: size) {
            stream.add(text[start..<min(start + size, text.count)], isLast: start + size >= text.count)
            do throws(ExpositionError) {
                while let entry = try stream.next() { found.append(entry) }
            } catch {
                #expect(error.line == 6)
            }
        }
        #expect(found == expected)
    }

    @Test func `what is too long or too much is refused with its line`() throws {
        var limits = ExpositionLimits()
        limits.line = 100
        limits.labels = 2
        limits.samples = 2
        let texts = [
            (2, "a 1\na{b=\"" + String(repeating: "x", count: 200) + "\"} 1\n"), (1, "a{b=\"1\",c=\"2\",d=\"3\"} 1\n"),
            (4, "a 1\na 2\n\na 3\n"),
        ]
        for (line, text) in texts {
            var parser = ExpositionParser(Array(text.utf8), as: .text, limits: limits)
            let error = #expect(throws: ExpositionError.self) { while try parser.next() != nil {} }
            #expect(abs((error?.line ?? 0) - line) <= 1)
        }
    }
}
