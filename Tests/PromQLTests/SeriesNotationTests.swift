import FleetModel
import PromQL
import Testing

@Suite struct SeriesNotationTests {
    static let expansions: [(String, [Double])] = [
        ("1 2 3", [1, 2, 3]), ("0+10x3", [0, 10, 20, 30]), ("5-2x2", [5, 3, 1]), ("-1+0.5x2", [-1, -0.5, 0]),
        ("7x2", [7, 7, 7]), ("1e3+1x1", [1000, 1001]), ("1e-1", [0.1]), ("-5-5x1 0", [-5, -10, 0]), ("0x0", [0]),
        ("", []), (" 1\n2\t3 ", [1, 2, 3]), ("Inf -inf", [.infinity, -.infinity]),
    ]

    @Test(arguments: expansions)
    func `values are expanded`(text: String, values: [Double]) throws {
        #expect(try SeriesNotation.values(text) == values)
    }

    @Test func `gaps and stale markers have their place`() throws {
        let values = try SeriesNotation.values("1 _ 2 _x2 stale NaN")
        #expect(values.map { $0 == nil } == [false, true, false, true, true, false, false])
        #expect(values[5]?.isStaleMarker == true)
        #expect(values[6]?.isNaN == true && values[6]?.isStaleMarker == false)
    }

    @Test(arguments: ["x", "1x", "1+x3", "1+2", "abc", "1x-1", "_y", "1x99999999999", "--1", "1++2x3", "stalex"])
    func `what is no value is refused`(text: String) {
        #expect(throws: PromQLError.self) { try SeriesNotation.values(text) }
    }

    @Test func `labels are those of a series`() throws {
        #expect(try SeriesNotation.labels("up{job=\"node\",a=\"\"}").description == "up{job=\"node\"}")
        #expect(try SeriesNotation.labels("{\"my.metric\", \"a.b\"=\"c\"}").description == "my.metric{\"a.b\"=\"c\"}")
        #expect(throws: PromQLError.self) { try SeriesNotation.labels("up{job=~\"node\"}") }
        #expect(throws: PromQLError.self) { try SeriesNotation.labels("up offset 5m") }
    }
}
