import Alerting
import FleetModel
import FleetTesting
import Foundation
import FoundationNetworking
import Testing

/// The same notice, sent by us and by a real Alertmanager 0.33.
@Suite struct AlertmanagerRaceTests {
    @Test func `each service gets from us what Alertmanager sends it`() async throws {
        let (theirs, ours) = (try RecordingServer(), try RecordingServer())
        defer {
            theirs.end()
            ours.end()
        }
        try await TestBed.with { bed in
            try await RealAlertmanager.tell(theirs.url, in: bed)
            for _ in 0..<600 where theirs.requests.count < 5 { try await Task.sleep(for: .milliseconds(100)) }
        }
        for (kind, settings) in Self.settings(ours.url) { try await NotifierTests.send(settings, kind: kind) }
        for path in ["/webhook", "/slack", "/botTOK/sendMessage", "/discord", "/pagerduty"] {
            let their = try #require(theirs.requests.first { $0.path == path }, "Alertmanager sent nothing to \(path)")
            let our = try #require(ours.requests.first { $0.path == path }, "we sent nothing to \(path)")
            #expect(try Self.content(our) == Self.content(their), "\(path)")
        }
    }

    /// JSON, or the pairs of a form.
    private static func content(_ request: RecordingServer.Request) throws -> JSONValue {
        let text = String(decoding: request.body, as: UTF8.self)
        guard !text.hasPrefix("{") else { return try JSONReading.parse(request.body) }
        let pairs = text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            return (parts[0], JSONValue.string(parts.count > 1 ? parts[1] : ""))
        }
        return .object(Dictionary(pairs, uniquingKeysWith: { $1 }))
    }

    private static func settings(_ url: String) -> [(String, IntegrationSettings)] {
        var slack = SlackSettings(url: .value(Secret(url + "/slack")))
        (slack.channel, slack.username, slack.title, slack.titleLink) = ("#x", "U", RealAlertmanager.text, "http://l")
        (slack.text, slack.fallback) = (RealAlertmanager.text, "F")
        slack.fields = [.init(title: "T", value: "{{ .Status }}", short: nil)]
        slack.actions = [.init(members: ["type": "button", "text": "go", "url": "http://x"], confirmation: [:])]
        var telegram = TelegramSettings(token: .value(Secret("TOK")), chat: .value(Secret("123")))
        (telegram.apiURL, telegram.message) = (url, RealAlertmanager.text)
        var discord = DiscordSettings(url: .value(Secret(url + "/discord")))
        (discord.title, discord.message) = ("T", RealAlertmanager.text)
        var pager = PagerDutySettings(routingKey: .value(Secret("RK")))
        (pager.url, pager.client, pager.clientURL) = (url + "/pagerduty", "C", "http://l")
        (pager.description, pager.details["firing"], pager.details["resolved"]) = (RealAlertmanager.text, "a", "b")
        pager.links = [["href": "http://l", "text": "L"]]
        return [
            ("webhook", .webhook(WebhookSettings(url: Secret(url + "/webhook")))), ("slack", .slack(slack)),
            ("telegram", .telegram(telegram)), ("discord", .discord(discord)), ("pagerduty", .pagerduty(pager)),
        ]
    }
}

enum RealAlertmanager {
    static let text = "{{ range .Alerts }}{{ .Labels.node }}: {{ .Annotations.summary }}{{ end }}"

    /// Starts one whose receivers are at `url`, tells it of the alert of `NotifierTests.notice`, and waits for all messages.
    static func tell(_ url: String, in bed: TestBed) async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().resolvingSymlinksInPath()
        let oracles = ProcessInfo.processInfo.environment["FLOTILLA_ORACLES"] ?? root.appending(path: ".oracles").path
        let folder = oracles + "/alertmanager"
        guard FileManager.default.isExecutableFile(atPath: folder + "/alertmanager-here") else {
            throw FixtureError.missing(folder + "/alertmanager-here")
        }
        try Scratch.write(config(url), to: bed.path("alertmanager.yml"))
        let port = try TestPort.free()
        let process = try ServerProcess(
            [
                "/bin/sh", "-c", "cd \"$0\" && exec ./alertmanager-here \"$@\"", folder,
                "--config.file=\(bed.path("alertmanager.yml"))", "--storage.path=\(bed.path("alertmanager"))",
                "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
                "--web.external-url=http://am.example", "--web.route-prefix=/",
            ],
            log: bed.path("alertmanager.log")
        )
        bed.atEnd { process.end() }
        let alert = """
            [{"labels":{"alertname":"Disk","node":"pi-01"},"annotations":{"summary":"a <b> & c"},\
            "startsAt":"2026-11-22T10:00:00.123Z","endsAt":"2036-11-22T10:00:00Z","generatorURL":"http://p/1"}]
            """
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)/api/v2/alerts")))
        request.httpMethod = "POST"
        request.httpBody = Data(alert.utf8)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        for _ in 0..<600 {
            if let (_, answer) = try? await URLSession.shared.data(for: request),
                (answer as? HTTPURLResponse)?.statusCode == 200
            {
                break
            }
            guard process.isRunning else {
                throw FixtureError("Alertmanager ended: \(try Scratch.text(bed.path("alertmanager.log")))")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private static func config(_ url: String) -> String {
        """
        route: {receiver: r, group_by: [alertname], group_wait: 0s, group_interval: 10m}
        receivers:
        - name: r
          webhook_configs: [{url: \(url)/webhook}]
          slack_configs:
          - {api_url: \(url)/slack, channel: '#x', username: U, title: '\(text)', title_link: http://l, text: '\(text)',
             fallback: F, fields: [{title: T, value: '{{ .Status }}'}], actions: [{type: button, text: go, url: 'http://x'}]}
          discord_configs: [{webhook_url: \(url)/discord, title: T, message: '\(text)'}]
          telegram_configs: [{api_url: \(url), bot_token: TOK, chat_id: 123, message: '\(text)'}]
          pagerduty_configs:
          - {url: \(url)/pagerduty, routing_key: RK, client: C, client_url: http://l, description: '\(text)',
             details: {firing: a, resolved: b}, links: [{href: http://l, text: L}]}

        """
    }
}
