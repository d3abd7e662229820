import Alerting
import FleetModel
import GoTemplate
import Testing

/// Messages as text, before anything is sent.
@Suite struct MessageTests {
    private static func composer() throws -> MessageComposer {
        var set = GoTemplate(functions: AlertFunctions.table(now: Timestamp(milliseconds: 1_795_345_200_000)))
        try DefaultTemplates.add(to: &set)
        return MessageComposer(
            templates: set,
            externalURL: "http://am.example",
            secret: { source throws(MessageError) in
                guard case .value(let secret) = source else { throw MessageError("secret_file", "no file") }
                return secret.withBytes { String(decoding: $0, as: UTF8.self) }
            },
            digest: { "digest of \($0)" }
        )
    }

    private static func notice(_ count: Int = 1, summary: String = "full") -> Notice {
        Notice(
            receiver: "r",
            groupKey: "{}:{alertname=\"Disk\"}",
            groupLabels: LabelSet([.init("alertname", "Disk")]),
            alerts: (0..<count).map { index in
                Alert(
                    labels: LabelSet([.init("alertname", "Disk"), .init("node", "pi-\(index)")]),
                    annotations: LabelSet([.init("summary", summary)]),
                    startsAt: Timestamp(milliseconds: 1_795_341_600_000),
                    endsAt: Timestamp(milliseconds: 2_100_000_000_000)
                )
            },
            at: Timestamp(milliseconds: 1_795_345_200_000)
        )
    }

    private static func letter(_ change: (inout EmailSettings) -> Void) throws -> Letter {
        var settings = EmailSettings(
            to: "Ops <ops@example.org>, b@example.org",
            from: "f@example.org",
            host: "h",
            port: 25
        )
        change(&settings)
        return try composer().letter(notice(), settings, at: Timestamp(milliseconds: 1_795_345_200_000))
    }

    @Test func `a webhook that wants few alerts is told how many are left out`() throws {
        let settings = WebhookSettings(url: Secret("http://localhost/"), maxAlerts: 2)
        let message = try #require(try Self.composer().message(Self.notice(5), .webhook(settings)))
        let body = try #require(try JSONReading.parse(message.body).object)
        #expect(body["truncatedAlerts"] == 3 && body["version"] == "4")
        guard case .array(let alerts)? = body["alerts"] else { throw Unexpected(what: "no alerts") }
        #expect(alerts.count == 2)
    }

    @Test func `no value of a template begins a header or an envelope of its own`() throws {
        let letter = try Self.letter { settings in
            settings.headers = ["Subject": "a\r\nBcc: evil@example.org", "X-Test": "b\nRCPT TO:<evil@example.org>"]
            settings.text = ".\r\nQUIT\r\n"
        }
        let lines = String(decoding: letter.bytes, as: UTF8.self).split(separator: "\r\n")
        #expect(letter.recipients == ["ops@example.org", "b@example.org"])
        #expect(lines.contains("Subject: a  Bcc: evil@example.org"))
        #expect(!lines.contains { $0.hasPrefix("Bcc") || $0.hasPrefix("RCPT") || $0 == "." || $0 == "QUIT" })
        #expect(lines.allSatisfy { $0.utf8.count <= 998 })
    }

    @Test(arguments: ["a@b>\r\nRCPT TO:<c@d", "a", "a@@b", "a b@c", "", "<>", "a@b, ", "\"x\"@b"])
    func `what is no address is refused`(text: String) {
        #expect(throws: MessageError.self) { try Self.letter { $0.to = text } }
    }

    @Test func `a detail that is JSON goes to PagerDuty as what it is`() throws {
        var settings = PagerDutySettings(routingKey: .value(Secret("K")))
        settings.details["list"] = "{{ .Alerts | toJson }}"
        settings.details["text"] = "{not json"
        let message = try #require(try Self.composer().message(Self.notice(), .pagerduty(settings)))
        let payload = try JSONReading.parse(message.body).object?["payload"]?.object
        let details = try #require(payload?["custom_details"]?.object)
        #expect(details["num_firing"] == 1 && details["text"] == "{not json")
        guard case .array? = details["list"] else { throw Unexpected(what: "no list") }
        #expect(payload?["source"] == "Flotilla")
    }

    @Test func `text that is HTML already stays whole when it is cut`() {
        for limit in stride(from: 120, to: 400, by: 7) {
            let text = "<b>bold</b> " + String(repeating: "<i>a &amp; b</i> <a href=\"x\">c</a> ", count: 40)
            let cut = CutText.html(text, limit: limit)
            #expect(cut.utf16.count <= limit)
            #expect(cut.count { $0 == "<" } == cut.count { $0 == ">" })
            for tag in ["b", "i", "a"] {
                let opened = cut.split(separator: "<\(tag)", omittingEmptySubsequences: false).count
                #expect(opened == cut.split(separator: "</\(tag)>", omittingEmptySubsequences: false).count, "\(cut)")
            }
        }
    }

    @Test func `a template that fails names its field`() throws {
        var settings = SlackSettings(url: .value(Secret("http://localhost/")))
        settings.title = "{{ .Nope }}"
        let error = #expect(throws: MessageError.self) { try Self.composer().message(Self.notice(), .slack(settings)) }
        #expect(error?.problem.hasPrefix("title: template: :1:3: ") == true, "\(error?.problem ?? "")")
    }
}

private struct Unexpected: Error { let what: String }
