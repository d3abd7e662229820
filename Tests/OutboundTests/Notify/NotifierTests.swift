import Alerting
import FleetModel
import FleetTesting
import Foundation
import GoTemplate
import Operations
import Outbound
import Testing

/// Notices at a server that keeps what it gets.
@Suite struct NotifierTests {
    static let notice = Notice(
        receiver: "r",
        groupKey: "{}:{alertname=\"Disk\"}",
        groupLabels: LabelSet([.init("alertname", "Disk")]),
        alerts: [
            Alert(
                labels: LabelSet([.init("alertname", "Disk"), .init("node", "pi-01")]),
                annotations: LabelSet([.init("summary", "a <b> & c")]),
                startsAt: Timestamp(milliseconds: 1_795_341_600_123),
                endsAt: Timestamp(milliseconds: 2_100_000_000_000),
                generatorURL: "http://p/1"
            )
        ],
        at: Timestamp(milliseconds: 1_795_345_200_000),
        reason: "first notification"
    )

    static func send(_ settings: IntegrationSettings, kind: String, deadline: Duration = .seconds(60)) async throws {
        var set = GoTemplate(functions: AlertFunctions.table(now: notice.at))
        try DefaultTemplates.add(to: &set)
        let notifier = OutboundNotifier(
            templates: set,
            externalURL: "http://am.example",
            readFile: { path in
                guard path == "/token" else { throw FixtureError("no such file") }
                return Array("TOKEN123\n".utf8)
            },
            deadline: deadline
        )
        let integration = Integration(kind: kind, index: 0, sendsResolved: true, settings: settings)
        let result: Result<Void, any Error>
        do { result = .success(try await notifier.send(notice, over: integration, at: notice.at)) } catch {
            result = .failure(error)
        }
        await notifier.shutdown()
        try result.get()
    }

    static func error(_ settings: IntegrationSettings, kind: String = "webhook") async -> NotifyError? {
        do { try await send(settings, kind: kind) } catch { return error as? NotifyError }
        return nil
    }

    @Test func `an answer says whether trying again helps, and no secret is in the error`() async throws {
        let server = try RecordingServer([
            "/busy": .init(status: 429, headers: ["Retry-After: 7"], body: "slow down, /busy/TOKEN123"),
            "/chat": .init(status: 429, body: #"{"ok":false,"parameters":{"retry_after":5}}"#),
            "/down": .init(status: 503), "/wrong": .init(status: 404, body: "no such hook TOKEN123"),
            "/away": .init(status: 302, headers: ["Location: /elsewhere"]),
            "/refused": .init(body: #"{"ok":false,"error":"invalid_auth TOKEN123"}"#),
        ])
        defer { server.end() }
        for (path, code, retry, after) in [
            ("/busy", "notify.busy", true, Duration.seconds(7)), ("/chat", "notify.busy", true, .seconds(5)),
            ("/down", "notify.far_side_failed", true, nil), ("/wrong", "notify.refused", false, nil),
            ("/away", "notify.redirect", false, nil),
        ] as [(String, String, Bool, Duration?)] {
            let url = Secret("\(server.url)\(path)/TOKEN123")
            let error = try #require(await Self.error(.webhook(WebhookSettings(url: url))))
            #expect(error.code == code && error.canBeRetried == retry && error.retryAfter == after, "\(error)")
            #expect(!error.problem.contains("TOKEN123"), "\(error.problem)")
        }
        #expect(!server.requests.contains { $0.path == "/elsewhere" })
        let slack = SlackSettings(url: .value(Secret("\(server.url)/refused/TOKEN123")))
        let refused = try #require(await Self.error(.slack(slack), kind: "slack"))
        #expect(refused.code == "notify.refused" && !refused.problem.contains("TOKEN123"))
    }

    @Test func `a token comes from its file, and a file that is missing is named`() async throws {
        let server = try RecordingServer()
        defer { server.end() }
        var settings = WebhookSettings(url: Secret(server.url + "/hook"))
        settings.http.authorization = .init(scheme: "Bearer", credentials: .file("/token"))
        try await Self.send(.webhook(settings), kind: "webhook")
        #expect(server.requests.first?.headers.lowercased().contains("authorization: bearer token123\r\n") == true)
        settings.http.authorization = .init(scheme: "Bearer", credentials: .file("/nowhere"))
        let error = try #require(await Self.error(.webhook(settings)))
        #expect(error.code == "notify.secret_file" && error.problem.contains("/nowhere"))
    }

    @Test func `nobody listening is worth another try`() async throws {
        let error = try #require(
            await Self.error(.webhook(WebhookSettings(url: Secret("http://127.0.0.1:1/TOKEN123"))))
        )
        #expect(error.code == "notify.unreachable" && error.canBeRetried && !error.problem.contains("TOKEN123"))
    }

    @Test func `what is too long is cut between characters`() async throws {
        let server = try RecordingServer()
        defer { server.end() }
        var telegram = TelegramSettings(token: .file("/token"), chat: .value(Secret("1")))
        telegram.apiURL = server.url
        telegram.message = "<b>{{ range 3000 }}🙂{{ end }}</b>"
        try await Self.send(.telegram(telegram), kind: "telegram")
        var discord = DiscordSettings(url: .value(Secret(server.url + "/discord")))
        discord.content = "{{ range 3000 }}é{{ end }}"
        try await Self.send(.discord(discord), kind: "discord")
        let texts = try server.requests.map { try JSONReading.parse($0.body).object ?? [:] }
        let chat = try #require(texts.first?["text"]?.string)
        #expect(chat.utf16.count <= 4096 && chat.hasSuffix("(the rest is cut)</b>") && !chat.contains("\u{FFFD}"))
        let content = try #require(texts.last?["content"]?.string)
        #expect(content.utf16.count <= 2000 && content.hasSuffix("… (3000 characters, the rest is cut)"))
        #expect(server.requests.first?.path == "/botTOKEN123/sendMessage")
    }
}
