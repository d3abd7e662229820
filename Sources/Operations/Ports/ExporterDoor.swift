internal import FleetModel

/// Asks an exporter for its text. Bounded in time and in bytes; never repeated.
package protocol ExporterDoor: Sendable {
    /// - Throws: `ScrapeError`, or `CancellationError`.
    func fetch(_ request: ExporterRequest) async throws -> ExporterAnswer
}

/// What to ask for.
package struct ExporterRequest: Sendable {
    package var job: ScrapeJob
    package var target: ScrapeTarget
    /// The most bytes to take, unpacked.
    package var bodyLimit: Int

    package init(job: ScrapeJob, target: ScrapeTarget, bodyLimit: Int) {
        self.job = job
        self.target = target
        self.bodyLimit = bodyLimit
    }
}

/// A text as it came.
package struct ExporterAnswer: Hashable, Sendable {
    package var body: [UInt8]
    /// Empty where none was said.
    package var contentType: String

    package init(body: [UInt8], contentType: String) {
        self.body = body
        self.contentType = contentType
    }
}

/// Why a target could not be scraped.
package struct ScrapeError: Explained, Hashable {
    /// `scrape.…`
    package let code: String
    package let problem: String
    package let advice: String?

    /// - `reason`: the word after `scrape.`
    package init(_ reason: String, _ problem: String, advice: String? = nil) {
        self.code = "scrape." + reason
        self.problem = problem
        self.advice = advice
    }
}
