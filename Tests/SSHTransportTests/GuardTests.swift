import FleetModel
import Foundation
import Operations
import Testing

@testable import SSHTransport

struct GuardTests {
    static let nasty = "a'b\"c$d`e\\f\\\\g\\'h!i!!j\n\nk\tl;m&n|o>p<q*r?s[t]{u}~v#w%x=y ü € (z)\\"

    /// Shells that people log in with, and the way they are started by an SSH server.
    static let shells = [
        "/bin/dash", "/bin/bash", "/usr/bin/fish", "/usr/bin/csh", "/usr/bin/zsh", "/usr/bin/busybox ash",
    ]

    @Test(arguments: shells) func `our scripts and their arguments pass every log-in shell unchanged`(shell: String)
        throws
    {
        let program = try #require(shell.split(separator: " ").first.map(String.init))
        try #require(FileManager.default.isExecutableFile(atPath: program), "\(program) is missing: run scripts/setup")
        let script = "printf '%s|' \"$@\"\nprintf '%s\\n' \"it's $# !\""
        let line = ShellEnvelope.line(for: .script(script, arguments: [Self.nasty, "", "two words"]), nonce: nil)
        let words = shell.split(separator: " ").map(String.init) + ["-c", line]
        let output = try run(words: words)
        #expect(output == Self.nasty + "||two words|it's 3 !\n")
    }

    @Test(arguments: shells) func `an operator's words reach the log-in shell as they are`(shell: String) throws {
        let program = try #require(shell.split(separator: " ").first.map(String.init))
        let line = ShellEnvelope.line(for: .loginShell("echo 'q' \"w $HOME\" \\\\ | cat"), nonce: "0123456789abcdef")
        setenv("SHELL", "/bin/sh", 1)
        let output = try run(words: shell.split(separator: " ").map(String.init) + ["-c", line])
        _ = program
        let lines = output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("0123456789abcdef:") == true)
        #expect(lines.last == "q w \(ProcessInfo.processInfo.environment["HOME"] ?? "") \\")
    }

    @Test func `the guard's marks are taken out wherever the pieces are cut`() {
        let stream = Array("rc noise\nN0NCE:77\nN0NCE?Sorry\nN0NCE?N0NCE.\nreal N0NCE:78\n".utf8)
        for cut in 0...stream.count {
            var filter = GuardFilter(nonce: "N0NCE", isElevated: true)
            let events = filter.feed(stream[..<cut]) + filter.feed(stream[cut...])
            let marks = events.filter { if case .output = $0 { false } else { true } }
            let output = events.flatMap(\.bytes) + filter.finish()
            #expect(marks == [.began(pid: 77), .passwordWanted, .passwordWanted, .running])
            #expect(String(decoding: output, as: UTF8.self) == "rc noise\nSorry\nreal N0NCE:78\n")
        }
    }

    @Test func `what only looks like a mark is output`() {
        let stream = Array("N0NCE\nN0NCE:\nN0NCE:12345678901\nN0NCE:1\nN0NCx N0NC".utf8)
        var filter = GuardFilter(nonce: "N0NCE", isElevated: false)
        let events = stream.flatMap { filter.feed([$0]) }
        let output = events.flatMap(\.bytes) + filter.finish()
        #expect(output == stream)
    }

    @Test func `a log-in window halves once for those turned away together and grows again`() {
        var window = LoginWindow(first: 16)
        let eras = (0..<16).map { _ in window.enter() }
        #expect(!window.hasRoom)
        for era in eras.prefix(8) { window.leave(.turnedAway, era: era) }
        #expect(window.width == 8)
        for era in eras.suffix(8) { window.leave(.accepted, era: era) }
        #expect(window.width > 8 && window.width < 10)
    }
}

extension GuardFilter.Event {
    fileprivate var bytes: [UInt8] { if case .output(let bytes) = self { bytes } else { [] } }
}

func run(words: [String]) throws -> String {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("out-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let pid = try spawn(words, output: file)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return try String(contentsOfFile: file, encoding: .utf8)
}
