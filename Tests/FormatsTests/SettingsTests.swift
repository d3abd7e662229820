import FleetModel
import FleetTesting
import Operations
import Testing

@testable import Formats

@Suite struct `The configuration file` {
    private func settings(_ text: String) throws -> FleetSettings {
        try SettingsReading.read(Array(text.utf8), path: "flotilla.yml")
    }

    private func mistakes(_ text: String) -> [String] {
        do {
            _ = try settings(text)
            return []
        } catch {
            return (error as? SettingsErrors)?.mistakes ?? ["\(error)"]
        }
    }

    @Test func `keeps samples for a time, which is also the least of the rollups`() throws {
        let limits = try settings("retention: 120d\n").retention
        #expect(limits == RetentionLimits(raw: .seconds(120 * 86_400)))
        #expect(limits.fiveMinutes == .seconds(120 * 86_400))
        #expect(try settings("").retention == RetentionLimits(raw: .seconds(7 * 86_400)))
    }

    @Test func `keeps samples by limits with names`() throws {
        let text = "retention: {raw: 30d, five_minutes: 180d, one_hour: 800d, size: 5GB}\n"
        let limits = try settings(text).retention
        #expect(limits.raw == .seconds(30 * 86_400))
        #expect(limits.fiveMinutes == .seconds(180 * 86_400))
        #expect(limits.hours == .seconds(800 * 86_400))
        #expect(limits.bytes == 5_000_000_000)
    }

    @Test(arguments: [("500MB", 500_000_000), ("2 GiB", 2 << 30), ("1.5TB", 1_500_000_000_000), ("10MB", 10_000_000)])
    func `knows sizes`(text: String, bytes: Int) throws {
        #expect(try settings("retention:\n  size: \(text)\n").retention.bytes == bytes)
    }

    @Test(arguments: [
        ("retention: soon\n", "flotilla.yml:1:12: retention is a time of at least 1h, or has the keys raw and size"),
        ("retention: 30m\n", "flotilla.yml:1:12: retention is a time of at least 1h, or has the keys raw and size"),
        ("retention: [1]\n", "flotilla.yml:1:12: retention is a time of at least 1h, or has the keys raw and size"),
        ("retention:\n  raw: x\n", "flotilla.yml:2:8: raw of retention is a time of at least 1h"),
        (
            "retention:\n  size: 5\n",
            "flotilla.yml:2:9: size of retention is a number of bytes of at least 10MB, such as 5GB"
        ),
        (
            "retention:\n  size: 1MB\n",
            "flotilla.yml:2:9: size of retention is a number of bytes of at least 10MB, such as 5GB"
        ),
        (
            "retention:\n  sise: 5GB\n",
            "flotilla.yml:2:3: unknown key “sise” of retention, did you mean “size”?"
        ),
    ])
    func `says where a limit is wrong`(text: String, mistake: String) {
        #expect(mistakes(text) == [mistake])
    }

    @Test func `says everything that is wrong at once`() {
        let found = mistakes("interval: never\nretention: {raw: 1s, size: none}\nhost_key: strict\n")
        #expect(
            found.map { $0.prefix { $0 != " " } } == [
                "flotilla.yml:1:1:", "flotilla.yml:2:18:", "flotilla.yml:2:28:", "flotilla.yml:3:1:",
            ]
        )
    }
}
