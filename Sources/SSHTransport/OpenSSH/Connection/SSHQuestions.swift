import Crypto
import FleetModel
import Foundation
import Glibc

/// The two questions that `ssh` asks while it logs in: may this host key be trusted, and what is the secret.
///
/// They come through a pair of pipes in a private folder. A secret goes through a pipe and a shell's built-in commands
/// only: it stands in no command line, no environment and no file.
final class SSHQuestions: Sendable {
    enum Question: Equatable {
        case trust(HostKey)
        /// The prompt as ssh shows it.
        case secret(prompt: String)
    }

    let folder: String
    private let ask: Int32
    private let answer: Int32
    private let readiness: Readiness

    private static let trustScript = #"""
        # $1 folder, $2 reason, $3 algorithm, $4 key, $5 host
        [ "$2" = HOSTNAME ] || exit 0
        printf 'trust %s %s\n' "$3" "$4" > "$1/ask"
        IFS= read -r verdict < "$1/answer"
        [ "$verdict" = yes ] && printf '%s %s %s\n' "$5" "$3" "$4"
        exit 0
        """#

    private static let askpassScript = #"""
        #!/bin/sh
        # Only the first line of a prompt: more would look like more questions.
        prompt=${1%%"
        "*}
        folder=${0%/*}
        printf 'secret %.1000s\n' "$prompt" > "$folder/ask"
        IFS= read -r verdict < "$folder/answer"
        [ "$verdict" = yes ] || exit 1
        IFS= read -r secret < "$folder/answer"
        printf '%s\n' "$secret"
        """#

    /// - Throws: `POSIXError`-like failures of the file system as `SSHProcess.StartFailure`.
    init(folder: String, readiness: Readiness) throws(SSHProcess.StartFailure) {
        self.folder = folder
        self.readiness = readiness
        guard mkdir(folder, 0o700) == 0 else { throw .init(code: errno) }
        try Self.store(Self.trustScript, to: folder + "/trust", mode: 0o600)
        try Self.store(Self.askpassScript, to: folder + "/askpass", mode: 0o700)
        ask = try Self.pipe(folder + "/ask")
        answer = try Self.pipe(folder + "/answer")
    }

    deinit {
        close(ask)
        close(answer)
        for name in ["trust", "askpass", "ask", "answer"] { unlink(folder + "/" + name) }
        rmdir(folder)
        // The attempt's own folder too, unless a connection came of it whose socket is there.
        if let end = folder.lastIndex(of: "/") { rmdir(String(folder[..<end])) }
    }

    /// The next question, or nil for one that makes no sense. - Throws: `CancellationError`.
    func next() async throws -> Question? {
        var line: [UInt8] = []
        while line.last != 0x0A, line.count < 65_536 {
            var byte: UInt8 = 0
            if read(ask, &byte, 1) == 1 {
                line.append(byte)
            } else {
                try await readiness.readable(ask)
            }
        }
        return Self.parse(String(decoding: line.dropLast(), as: UTF8.self))
    }

    /// Answers the question last asked; nil means no.
    func reply(_ secret: Secret?) {
        guard let secret else { return put(Array("no\n".utf8)) }
        secret.withBytes { put(Array("yes\n".utf8) + $0 + [0x0A]) }
    }

    func replyTrusted() { put(Array("yes\n".utf8)) }

    private func put(_ bytes: [UInt8]) {
        // The pipe's buffer takes 64 KiB at once; a longer secret is refused by ssh anyway.
        _ = Glibc.write(answer, bytes, bytes.count)
    }

    static func parse(_ line: String) -> Question? {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2 else { return nil }
        if words[0] == "secret" { return .secret(prompt: words[1]) }
        let parts = words[1].split(separator: " ").map(String.init)
        guard words[0] == "trust", parts.count == 2, let blob = Data(base64Encoded: parts[1]) else { return nil }
        let digest = Data(SHA256.hash(data: blob)).base64EncodedString()
        let fingerprint = "SHA256:" + digest.prefix { $0 != "=" }
        return .trust(HostKey(algorithm: parts[0], base64: parts[1], fingerprint: fingerprint))
    }

    private static func pipe(_ path: String) throws(SSHProcess.StartFailure) -> Int32 {
        guard mkfifo(path, 0o600) == 0 else { throw .init(code: errno) }
        // Open for both ways, so that opening does not wait for ssh's helper and its end is no end of file.
        let descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .init(code: errno) }
        return descriptor
    }

    private static func store(_ text: String, to path: String, mode: mode_t) throws(SSHProcess.StartFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .init(code: errno) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw .init(code: errno) }
    }
}
