import FleetModel
import FleetTesting
import Foundation
import Testing

/// Every code of `docs/errors.md` that a call alone can provoke, through the built binary.
@Suite(.timeLimit(.minutes(15))) struct ErrorCodeTests {
    private func code(_ words: [String], in journey: Journey, home: String? = nil) throws -> String? {
        let result = try LocalCommand.run(
            [Journey.binary()] + words + ["-o", "json"],
            environment: ["FLOTILLA_HOME=\(home ?? journey.home)", "HOME=/nonexistent", "PATH=/usr/bin:/bin"]
        )
        return try? result.json()["error"]["code"].string
    }

    private static let calls: [(code: String, words: [String])] = [
        ("usage.bad_unit", ["logs", "n1", "--unit", "a b"]),
        ("usage.bad_container", ["logs", "n1", "--container", "a/b"]),
        ("usage.bad_tail", ["logs", "n1", "--tail", "2000000"]),
        ("usage.bad_mode", ["deploy", "n1", "/etc/hosts", "/tmp/x", "--mode", "9999"]),
        ("usage.bad_owner", ["deploy", "n1", "/etc/hosts", "/tmp/x", "--owner", "a b"]),
        ("usage.bad_lab_size", ["lab", "up", "--nodes", "0"]),
        ("usage.bad_interval", ["collector", "start", "--interval", "0"]),
        ("usage.two_intervals", ["collector", "start", "1", "--interval", "15s"]),
        ("usage.bad_call", ["collector", "start", "--interval", "x"]),
        ("usage.duplicate_group", ["group", "create", "g"]),
        ("usage.bad_group_name", ["group", "create", "a b"]),
        ("usage.not_a_member", ["group", "remove-node", "n1", "g"]),
        ("usage.bad_profile", ["update", "n1", "profile", "x"]),
        ("usage.bad_transport", ["update", "n1", "transport", "x"]),
        ("usage.bad_text", ["update", "n1", "location", "a\nb"]),
        ("usage.bad_user", ["update", "n1", "user", "a b"]),
        ("usage.bad_label_key", ["update", "n1", "label.a b", "y"]),
        ("usage.jump_circle", ["update", "n1", "jump", "n1"]),
        ("usage.unknown_shell", ["completions", "tcsh"]),
        ("usage.unknown_format", ["inventory", "export", "--format", "zork"]),
        ("usage.empty_selection", ["list", ":up&g&n9*"]),
        ("usage.bad_selector", ["list", "~["]),
        ("usage.wants_confirmation", ["keys", "rotate"]),
        ("usage.no_terminal", ["enroll", "n1", "--ask-password"]),
    ]

    @Test func `of wrong calls are those of the page`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            _ = try journey.flotilla("register", "n1", "127.0.0.1", "root")
            _ = try journey.flotilla("group", "create", "g")
            for call in Self.calls { #expect(try code(call.words, in: journey) == call.code, "\(call.words)") }
        }
    }

    @Test func `of a home that is not as it should be are those of the page`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            _ = try journey.flotilla("register", "n1", "127.0.0.1", "root")
            let files = FileManager.default
            func mode(_ mode: Int, _ path: String) throws {
                try files.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
            let key = journey.home + "/keys/operate"
            try mode(0o644, key)
            #expect(try code(["test", "n1"], in: journey) == "state.key_open")
            try files.removeItem(atPath: key)
            #expect(try code(["test", "n1"], in: journey) == "state.missing_key")
            try mode(0o755, journey.home)
            #expect(try code(["list"], in: journey) == "state.home_open")
            try mode(0o700, journey.home)
            #expect(try code(["list", "--home", ""], in: journey) == "state.no_home")
            #expect(try code(["list"], in: journey, home: journey.home + "x") == "state.not_initialised")
            #expect(try code(["init"], in: journey, home: "/dev/null/x") == "state.home_unwritable")
        }
    }

    @Test func `of a key of the secrets that is none is the page's, and an export without it says what is sealed`()
        async throws
    {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let inventory = journey.home + "/../inventory.ini"
            let line = "n1 ansible_host=10.0.0.1 ansible_user=pi ansible_become_password=hush\n"
            try Data(line.utf8).write(to: URL(filePath: inventory))
            _ = try journey.flotilla("inventory", "import", inventory, "--yes")
            let key = journey.home + "/keys/variables.key"
            let whole = try Data(contentsOf: URL(filePath: key))
            try Data(whole.prefix(5)).write(to: URL(filePath: key))
            #expect(try code(["list"], in: journey) == "state.secrets_key")
            try FileManager.default.removeItem(atPath: key)
            let export = try journey.flotilla("inventory", "export", "--format", "ansible-json", "--with-secrets")
            #expect(export.errorText.contains("still sealed: ansible_become_password"))
            #expect(export.errorText.contains("keys/variables.key"))
            #expect(!export.text.contains("hush"))
            try whole.write(to: URL(filePath: key))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
            let again = try journey.flotilla("inventory", "export", "--format", "ansible-json", "--with-secrets")
            #expect(again.text.contains("hush"))
            #expect(!again.errorText.contains("still sealed"))
        }
    }
}
