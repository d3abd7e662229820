import Alerting
import FleetModel
import Testing

/// What a rule would have done over minutes of the past.
@Suite struct RuleBacktestTests {
    /// A rule without waits over what each minute gives for two nodes: `1` the expression holds, `.` it does not.
    private static func outcomes(_ sights: [String: String]) throws -> [RuleBacktest.Outcome] {
        let rule = Rule(.alerting(.init(name: "A")), expression: "x")
        var backtest = try #require(RuleBacktest(rule))
        let minutes = sights.values.map(\.count).max() ?? 0
        for minute in 0..<minutes {
            let vector = sights.filter { Array($0.value)[minute] == "1" }.map { node, _ in
                VectorElement(LabelSet([LabelSet.Label("node", node)]), 1)
            }
            try backtest.step(vector, at: Timestamp(milliseconds: Int64(minute) * 60_000), freshness: .unknown)
        }
        return backtest.outcomes
    }

    @Test func `firings, their time and their nodes are counted`() throws {
        let asIs = try #require(try Self.outcomes(["a": "11..1.....", "b": "..........".replacingFirst(3)]).first)
        #expect(asIs.firings == 3)
        #expect(asIs.nodes == ["a": 2, "b": 1])
        #expect(asIs.firingTime == .seconds(60 * 4))
        #expect(asIs.longest == .seconds(120))
        #expect(asIs.stillFiring == 0)
    }

    @Test func `alerts that begin together are one page, later ones wait five minutes`() throws {
        #expect(try Self.outcomes(["a": "1111111111", "b": "1111111111"])[0].pages == 1)
        #expect(try Self.outcomes(["a": "1111111111", "b": "..11111111"])[0].pages == 2)
        #expect(try Self.outcomes(["a": "1.1.1.....", "b": "........1."])[0].pages == 3)
    }

    @Test func `longer waits are tried and save pages`() throws {
        let all = try Self.outcomes(["a": "1.....1.....1.....1.........."])
        #expect(all[0].waits == RuleBacktest.Waits(hold: .zero, keepFiringFor: .zero))
        #expect(all[0].pages == 4)
        let longerFor = try #require(all.first { $0.waits.hold > .zero && $0.waits.keepFiringFor == .zero })
        #expect(longerFor.firings == 0)
        let longerKeep = try #require(all.first { $0.waits.keepFiringFor == .seconds(900) && $0.waits.hold == .zero })
        #expect(longerKeep.firings == 1)
    }

    @Test func `what fires at the end is said and counted`() throws {
        let asIs = try #require(try Self.outcomes(["a": "..11"]).first)
        #expect(asIs.stillFiring == 1)
        #expect(asIs.firingTime == .seconds(60))
    }

    @Test func `a recording rule has no past of alerts`() {
        #expect(RuleBacktest(Rule(.recording("x"), expression: "y")) == nil)
    }
}

extension String {
    /// With a `1` at one place.
    fileprivate func replacingFirst(_ place: Int) -> String {
        String(enumerated().map { $0.offset == place ? "1" : $0.element })
    }
}
