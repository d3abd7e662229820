import Alerting
import FleetModel
import Testing

@testable import Formats

/// The receivers of an `alertmanager.yml`.
@Suite struct IntegrationReadingTests {
    private static func read(_ receivers: String, global: String = "") throws(AlertmanagerErrors) -> [Integration] {
        let text = "global: {\(global)}\nroute: {receiver: r}\nreceivers:\n- name: r\n\(receivers)\n"
        let plan = try AlertmanagerReading.read(Array(text.utf8), path: "am.yml") { _ in nil }
        return plan.receivers.flatMap(\.integrations)
    }

    @Test func `the guide's receiver is read, and what global says is taken over`() throws {
        let global =
            "slack_api_url_file: /run/slack, smtp_from: a@b.c, smtp_smarthost: 'mail:587', smtp_require_tls: false"
        let found = try Self.read(
            """
              slack_configs: [{channel: '#mcp-alerts', title: T, text: '{{ .Status }}'}]
              email_configs: [{to: x@y.z}, {to: x@y.z, send_resolved: false}]
            """,
            global: global
        )
        #expect(found.map(\.kind) == ["email", "email", "slack"])
        #expect(found.map(\.sendsResolved) == [true, false, true])
        guard case .email(let email) = found[0].settings, case .slack(let slack) = found[2].settings else {
            throw Unexpected(what: "other kinds")
        }
        #expect(email.host == "mail" && email.port == 587 && !email.requiresTLS && email.from == "a@b.c")
        #expect(slack.url == .file("/run/slack") && slack.channel == "#mcp-alerts" && slack.title == "T")
        #expect(!"\(found)".contains("hooks.slack.com"))
    }

    @Test(arguments: [
        ("slack_configs: [{channel: x}]", "5:19: slack_configs needs api_url or api_url_file"),
        ("slack_configs: [{api_url: 'http://x', chanel: y}]", "5:41: unknown field “chanel” in slack_configs"),
        ("webhook_configs: [{url: 'ftp://x'}]", "5:27: url begins with http:// or https://"),
        ("telegram_configs: [{bot_token: a}]", "5:22: telegram_configs needs chat_id or chat_id_file"),
        ("email_configs: [{to: a@b.c, from: d@e.f, smarthost: mail}]", "5:55: smarthost is HOST:PORT, not “mail”"),
        ("pagerduty_configs: [{service_key: x}]", "5:24: service_key is of PagerDuty's first API"),
        ("ntfy_configs: [{url: 'http://x'}]", "5:18: ntfy_configs needs topic or topic_file"),
        ("opsgenie_configs: [{}]", "5:3: opsgenie_configs are not supported"),
    ])
    func `a mistake is told with its place`(receiver: String, told: String) throws {
        let error = #expect(throws: AlertmanagerErrors.self) { try Self.read("  " + receiver) }
        #expect(error?.mistakes.contains { $0.hasPrefix("am.yml:" + told) } == true, "\(error?.mistakes ?? [])")
    }
}

private struct Unexpected: Error { let what: String }
