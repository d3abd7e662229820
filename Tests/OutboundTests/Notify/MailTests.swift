import Alerting
import FleetModel
import FleetTesting
import Foundation
import Operations
import Testing

/// Letters at a real SMTP server, aiosmtpd.
@Suite struct MailTests {
    @Test(arguments: ["", "starttls", "implicit"])
    func `a letter arrives, in the clear and by both ways of TLS`(way: String) async throws {
        try await TestBed.with { bed in
            let port = try Self.server(way, in: bed)
            var settings = EmailSettings(
                to: "Ops <ops@example.org>",
                from: "f@example.org",
                host: "127.0.0.1",
                port: port
            )
            settings.requiresTLS = way == "starttls"
            settings.isImplicitTLS = way == "implicit"
            settings.tls.isUnverified = true
            settings.headers = ["Subject": "{{ .Status }}\r\nBcc: evil@example.org"]
            settings.text = ".\r\nQUIT"
            try await Self.patiently { try await NotifierTests.send(.email(settings), kind: "email") }
            let log = try Scratch.text(bed.path("smtp.log"))
            #expect(log.contains("Subject: firing  Bcc: evil@example.org") && log.contains("To: Ops <ops@example.org>"))
            #expect(!log.contains("\nBcc:"))
        }
    }

    @Test func `a server without STARTTLS gets no letter that wants it`() async throws {
        try await TestBed.with { bed in
            let port = try Self.server("", in: bed)
            let settings = EmailSettings(to: "a@b.c", from: "f@example.org", host: "127.0.0.1", port: port)
            var found: NotifyErrorCode?
            try await Self.patiently {
                guard let error = await NotifierTests.error(.email(settings), kind: "email") else { return }
                guard error.code != "notify.unreachable" else { throw error }
                found = NotifyErrorCode(code: error.code, canBeRetried: error.canBeRetried)
            }
            #expect(found?.code == "notify.no_tls" && found?.canBeRetried == false)
        }
    }

    private struct NotifyErrorCode {
        var code: String
        var canBeRetried: Bool
    }

    /// Until the server has come up.
    private static func patiently(_ work: () async throws -> Void) async throws {
        for _ in 0..<300 {
            do { return try await work() } catch { try await Task.sleep(for: .milliseconds(200)) }
        }
        try await work()
    }

    private static func server(_ way: String, in bed: TestBed) throws -> Int {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().resolvingSymlinksInPath()
        let oracles = ProcessInfo.processInfo.environment["FLOTILLA_ORACLES"] ?? root.appending(path: ".oracles").path
        guard FileManager.default.isExecutableFile(atPath: oracles + "/bin/aiosmtpd") else {
            throw FixtureError.missing(oracles + "/bin/aiosmtpd")
        }
        let (key, certificate) = (bed.path("key.pem"), bed.path("certificate.pem"))
        let made = try Process.run(
            URL(fileURLWithPath: "/usr/bin/openssl"),
            arguments: [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                "-subj", "/CN=localhost",
            ]
        )
        made.waitUntilExit()
        let port = try TestPort.free()
        var words = ["-n", "-l", "127.0.0.1:\(port)", "-c", "aiosmtpd.handlers.Debugging", "stdout"]
        if way == "starttls" { words = ["--tlscert", certificate, "--tlskey", key] + words }
        if way == "implicit" { words = ["--smtpscert", certificate, "--smtpskey", key] + words }
        let process = try ServerProcess(
            [oracles + "/bin/python", "-u", "-m", "aiosmtpd"] + words,
            log: bed.path("smtp.log")
        )
        bed.atEnd { process.end() }
        return Int(port.number)
    }
}
