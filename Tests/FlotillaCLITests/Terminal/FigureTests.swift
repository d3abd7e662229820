import FleetModel
import Testing

@testable import FlotillaCLI

@Suite struct FigureTests {
    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (999.6, "1 kB"), (1000, "1 kB"), (1234, "1.2 kB"), (99_940, "99.9 kB"),
            (99_960, "100 kB"),
            (999_499, "999 kB"), (999_500, "1 MB"), (1.2e12, "1.2 TB"), (5e21, "5000 EB"), (-1500, "-1.5 kB"),
            (.nan, "–"),
        ] as [(Double, String)]
    )
    func `bytes are decimal with one place where it says something`(count: Double, text: String) {
        #expect(HumanUnits.bytes(count) == text)
    }

    @Test(
        arguments: [
            (0, "0.0 ms"), (0.0034, "3.4 ms"), (0.35, "350 ms"), (0.9996, "1.0 s"), (4.24, "4.2 s"), (12, "12 s"),
            (60, "1 min"),
            (200, "3 min 20 s"), (18_720, "5 h 12 min"), (273_600, "3 d 4 h"), (-5, "-5.0 s"),
        ] as [(Double, String)]
    )
    func `durations have two leading units`(seconds: Double, text: String) {
        #expect(HumanUnits.duration(.seconds(seconds)) == text)
    }

    @Test(arguments: [
        (0, "now"), (12_345, "12 s ago"), (-5000, "in 5 s"), (90_000, "1 min 30 s ago"), (86_400_000, "1 d ago"),
    ])
    func `an age says how long ago`(milliseconds: Int64, text: String) {
        let now = Timestamp(milliseconds: 1_000_000_000)
        #expect(HumanUnits.age(of: Timestamp(milliseconds: now.milliseconds - milliseconds), at: now) == text)
        #expect(HumanUnits.age(of: nil, at: now) == "never")
    }

    @Test(
        arguments: [
            (0.000012, "+12 µs"), (-0.0034, "-3.4 ms"), (0.25, "+250 ms"), (90.1, "+90.1 s"), (-7200, "-2 h"),
            (0, "+0 µs"),
            (1e30, "+11574074 d 1 h"),
        ] as [(Double, String)]
    )
    func `a clock's offset is signed and in the unit that fits`(seconds: Double, text: String) {
        #expect(HumanUnits.offset(seconds) == text)
    }

    @Test(
        arguments: [(0, "0%"), (0.4, "<1%"), (42.4, "42%"), (99.7, "99%"), (100, "100%"), (.infinity, "–")]
            as [(Double, String)]
    )
    func `only nothing is 0 percent and only all is 100`(number: Double, text: String) {
        #expect(HumanUnits.percent(number) == text)
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-12_345, "-12,345"),
        (.min, "-9,223,372,036,854,775,808"),
    ])
    func `digits are grouped in threes`(number: Int, text: String) {
        #expect(HumanUnits.grouped(number) == text)
    }

    @Test(
        arguments: [
            (0, "▁▁▁▁▁"), (0.001, "▇▁▁▁▁"), (0.6, "▇▇▇▁▁"), (0.99, "▇▇▇▇▁"), (1, "▇▇▇▇▇"), (7, "▇▇▇▇▇"),
            (.nan, "▁▁▁▁▁"),
        ] as [(Double, String)]
    )
    func `a bar is full only at the top and empty only at nothing`(share: Double, bar: String) {
        #expect(Glyphs.unicode.bar(share, width: 5).plain == bar)
    }

    @Test(
        arguments: [
            ([0, 1, 2, 3, 4, 5, 6, 7], 8, "▁▂▃▄▅▆▇█"), ([1, nil, 3], 3, "▁ █"), ([5, 5], 4, "  ▁▁"), ([], 3, "   "),
            ([0, 0, 8, 8], 2, "▁█"), ([nil, nil], 2, "  "), ([.nan, 1, 2], 3, " ▁█"), ([1, 2], 0, ""),
        ] as [([Double?], Int, String)]
    )
    func `a sparkline keeps the newest at the right`(points: [Double?], width: Int, line: String) {
        #expect(Glyphs.unicode.sparkline(points, width: width) == line)
    }

    @Test func `a scale fixes what the steps mean`() {
        #expect(Glyphs.unicode.sparkline([0, 50, 100, 200, -1], width: 5, scale: 0...100) == "▁▅██▁")
    }
}
