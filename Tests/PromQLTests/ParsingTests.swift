import FleetModel
import PromQL
import Testing

@Suite struct ParsingTests {
    @Test func `what is printed reads back as the same query`() throws {
        var count = 0
        for text in try DifferentialTests.expressions() {
            guard let expression = try? Expression.parse(text) else { continue }
            let printed = expression.description
            #expect(try Expression.parse(printed).description == printed, "\(text)")
            count += 1
        }
        #expect(count > 600)
    }

    @Test(arguments: [
        (
            "sum  by(a,b)(rate( x{b=\"1\",a!='2'} [300] offset 1h))",
            "sum by (a, b) (rate(x{a!=\"2\",b=\"1\"}[5m] offset 1h))"
        ),
        ("a+on(i)group_left(l)b", "a + on (i) group_left (l) b"),
        ("a==bool 1", "a == bool 1"),
        ("-a^2", "-a ^ 2"),
        ("x[90s:15s]@end() offset -1d", "x[1m30s:15s] @ end() offset -1d"),
        ("x @ 1.5", "x @ 1.500"),
        ("{\"my.metric\",\"a.b\"=~\"c.*\"}", "{\"a.b\"=~\"c.*\",__name__=\"my.metric\"}"),
        ("1e-7 + 0x10 + 5m", "0.0000001 + 16 + 5m"),
        ("topk without() (3, x)", "topk without () (3, x)"),
    ])
    func `a query is printed as Prometheus prints it`(text: String, printed: String) throws {
        #expect(try Expression.parse(text).description == printed)
    }

    @Test(arguments: [
        ("", "1:1: parse error: no expression found in input"),
        ("1 == 1", "1:3: parse error: comparisons between scalars must use BOOL modifier"),
        (
            "sum(\n  up[5m]\n)",
            "2:3: parse error: expected type instant vector in aggregation expression, got range vector"
        ),
        ("up{instance}", "1:12: parse error: unexpected \"}\" in label matching, expected label matching operator"),
        (
            "up + on(instance up",
            "1:18: parse error: unexpected identifier \"up\" in grouping opts, expected \",\" or \")\""
        ),
        ("foo(up)", "1:1: parse error: unknown function with name \"foo\""),
        ("(up", "1:4: parse error: unclosed left parenthesis"),
        ("rate(up)", "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector"),
        ("* 1", "1:1: parse error: unexpected <op:*>"),
        ("up{a=\"b\"", "1:9: parse error: unexpected end of input inside braces"),
        ("{}", "1:1: parse error: vector selector must contain at least one non-empty matcher"),
        ("up offset 5m offset 5m", "1:1: parse error: offset may not be set multiple times"),
    ])
    func `a mistake has its place and Prometheus' words`(text: String, problem: String) {
        let error = #expect(throws: PromQLError.self) { try Query(text) }
        #expect(error?.code == "promql.bad_query")
        #expect(error?.problem == problem)
    }

    @Test(arguments: [
        String(repeating: "(", count: 100_000), String(repeating: "-", count: 100_000) + "1",
        Array(repeating: "1", count: 50_000).joined(separator: "+"), String(repeating: "abs(", count: 5000) + "up",
        String(repeating: "2^", count: 50_000) + "2", "up" + String(repeating: "[5m:]", count: 5000),
        String(repeating: "1+(", count: 10_000),
    ])
    func `a query that is nested without end is refused`(text: String) {
        #expect(throws: PromQLError.self) { try Query(text) }
    }

    @Test func `damaged queries never crash the parser`() throws {
        var random = SmallRandom(seed: 7)
        let expressions = try DifferentialTests.expressions()
        let strange = Array("(){}[]\"'`\\,:@=!~<>+-*/%^#09.ex_ \n\u{e9}\u{0}".utf8)
        for _ in 0..<3000 {
            var bytes = Array(expressions[random.next(expressions.count)].utf8)
            for _ in 0...random.next(3) where !bytes.isEmpty {
                switch random.next(3) {
                case 0: bytes.remove(at: random.next(bytes.count))
                case 1: bytes.insert(strange[random.next(strange.count)], at: random.next(bytes.count + 1))
                default: bytes = Array(bytes.prefix(random.next(bytes.count + 1)))
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let expression = try? Expression.parse(text) else { continue }
            #expect(throws: Never.self, "\(text)") { try Expression.parse(expression.description) }
        }
    }

    @Test func `a query tells which metrics it needs`() throws {
        let query = try Expression.parse("sum(rate(a[5m])) / on(x) topk(scalar(b), max_over_time(c{d=\"e\"}[5m:1m]))")
        #expect(query.selectors.map(\.name) == ["a", "b", "c"])
    }

    @Test func `a selector of the API is read alone`() throws {
        let selector = try VectorSelector.parse("up{job=~\"node|api\"}")
        #expect(selector.matchers.map(\.description) == ["job=~\"node|api\"", "__name__=\"up\""])
        #expect(throws: PromQLError.self) { try VectorSelector.parse("up + up") }
        #expect(throws: PromQLError.self) { try VectorSelector.parse("up offset 5m") }
        #expect(throws: PromQLError.self) { try VectorSelector.parse("{job=\"\"}") }
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (1, "1"), (1.5, "1.5"), (1e21, "1000000000000000000000"), (1e-7, "0.0000001"),
        (123_456.789, "123456.789"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        (1.0 / 3, "0.3333333333333333"),
    ])
    func `a number is written without exponent`(value: Double, text: String) {
        #expect(NumberText.text(of: value) == text)
    }

    @Test(arguments: [(1e21, "1e+21"), (1.5e-7, "1.5e-07"), (-2.5e300, "-2.5e+300"), (1e20, "100000000000000000000")])
    func `the API writes the very large and the very small with one`(value: Double, text: String) {
        #expect(NumberText.apiText(of: value) == text)
    }

    @Test(arguments: [("5m", 300_000), ("1h30m", 5_400_000), ("1y", 31_536_000_000), ("0", 0), ("10ms", 10)])
    func `a duration is read`(text: String, milliseconds: Int64) {
        #expect(DurationText.milliseconds(in: text) == milliseconds)
    }

    @Test(arguments: ["", "5", "m", "5m5h", "1m1m", "-5m", "1.5h", "300y", "99999999999999999999s", "5 m"])
    func `what is no duration is refused`(text: String) {
        #expect(DurationText.milliseconds(in: text) == nil)
    }
}
