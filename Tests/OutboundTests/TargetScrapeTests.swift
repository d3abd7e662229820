import FleetModel
import Formats
import Operations
import Testing

@Suite struct TargetScrapeTests {
    @Test func `a failed scrape leaves only the report, and the end of a target ends that too`() throws {
        var scrape = try Self.scrape(ScrapeJob(name: "j"))
        let good = scrape.take(Self.answer("a 1\nb 2\n"), at: Self.moment(0), took: .seconds(1))
        #expect(good.rows.count == 1 && good.rows[0].isWhole)
        #expect(good.rows[0].samples.map(\.name).prefix(3) == ["a", "b", "up"])
        #expect(good.added == 2)
        let again = scrape.take(Self.answer("a 1\n"), at: Self.moment(1), took: .zero)
        #expect(again.added == 0 && again.kept == 1)
        let failed = scrape.take(.failure(ScrapeError("timeout", "no answer")), at: Self.moment(2), took: .zero)
        #expect(failed.rows.count == 1 && failed.rows[0].isWhole)
        #expect(failed.rows[0].samples.first == Sample("up", [], 0))
        #expect(!failed.rows[0].samples.contains { $0.name == "a" })
        let end = scrape.end(at: Self.moment(3))
        #expect(end.count == 1 && end[0].isWhole && end[0].samples.map(\.value.isStaleMarker) == [true])
    }

    @Test func `series under other labels than the target's end when they are missing`() throws {
        var job = ScrapeJob(name: "j")
        job.honorsLabels = true
        var scrape = try Self.scrape(job)
        let first = scrape.take(Self.answer("a{job=\"own\"} 1\nb{job=\"own\"} 2\n"), at: Self.moment(0), took: .zero)
        #expect(first.rows.count == 2)
        let second = scrape.take(Self.answer("a{job=\"own\"} 1\n"), at: Self.moment(1), took: .zero)
        let ended = second.rows.flatMap(\.samples).filter(\.value.isStaleMarker)
        #expect(ended.map(\.name) == ["b"] && ended[0]["job"] == "own")
        #expect(scrape.end(at: Self.moment(2)).flatMap(\.samples).filter(\.value.isStaleMarker).count == 2)
    }

    @Test func `a series that stands twice in a text counts once`() throws {
        var scrape = try Self.scrape(ScrapeJob(name: "j"))
        for text in ["h_bucket{le=\"1\"} 1\n", "h_bucket{le=\"1\"} 2\nh_bucket{le=\"1\"} 3\n"] {
            let outcome = scrape.take(Self.answer(text), at: Self.moment(0), took: .zero)
            #expect(outcome.rows[0].samples.filter { $0.name == "h_bucket" }.count == 1)
        }
    }

    @Test func `hostile texts are refused whole and forgotten`() throws {
        var scrape = try Self.scrape(ScrapeJob(name: "j"))
        let texts = ["a 1\nb{", "a{b=\"", String(repeating: "{", count: 1000), "\u{0}a 1\n", "a{b=\"c\",b=\"d\"} 1\n"]
        for text in texts {
            let outcome = scrape.take(Self.answer(text), at: Self.moment(0), took: .zero)
            #expect(outcome.rows.count == 1 && outcome.rows[0].samples.count == 5, "\(text)")
        }
    }

    private static func scrape(_ job: ScrapeJob) throws -> TargetScrape {
        let group = TargetGroup(addresses: ["host:1"], labels: [:], source: "test")
        guard case .target(let target)? = job.targets(in: [group]).first else { throw NoTarget() }
        return TargetScrape(job: job, target: target, texts: PrometheusExposition())
    }

    private struct NoTarget: Error {}

    private static func answer(_ text: String) -> Result<ExporterAnswer, ScrapeError> {
        .success(ExporterAnswer(body: Array(text.utf8), contentType: "text/plain"))
    }

    private static func moment(_ index: Int64) -> Timestamp {
        Timestamp(milliseconds: 1_700_000_000_000 + index * 1000)
    }
}
