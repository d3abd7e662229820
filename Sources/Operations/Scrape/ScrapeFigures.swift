internal import FleetModel

/// What scraping says about itself at `/metrics`.
package struct ScrapeFigures: FigureSource {
    private let loop: ScrapeLoop

    package init(_ loop: ScrapeLoop) {
        self.loop = loop
    }

    package func figures() async -> [FigureFamily] {
        let counts = await loop.counts
        let failures = counts.failures.sorted { $0.key < $1.key }.map { code, count in
            Sample("flotilla_scrape_failures_total", [.init("reason", code)], Double(count))
        }
        func counter(_ name: String, _ help: String, _ count: Int) -> FigureFamily {
            FigureFamily(name, .counter, help, Double(count))
        }
        return [
            counter("flotilla_scrapes_total", "Scrapes that were tried.", counts.scrapes),
            FigureFamily("flotilla_scrape_failures_total", .counter, "Scrapes that failed, by code.", failures),
            counter(
                "flotilla_scrape_overruns_total",
                "Scrapes left out: the one before took too long.",
                counts.overruns
            ),
            counter("flotilla_scrape_samples_out_of_bounds_total", "Samples from the future.", counts.outOfBounds),
            counter("flotilla_scrape_samples_duplicate_total", "Second samples of a series.", counts.duplicates),
            counter(
                "flotilla_scrape_samples_conflicting_total",
                "Another value was stored.",
                counts.appended.conflicting
            ),
            counter("flotilla_scrape_samples_too_old_total", "Behind the newest for long.", counts.appended.tooOld),
        ]
    }
}
