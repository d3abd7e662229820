package import FleetModel
import Foundation
package import Operations

/// The fleet's two key pairs as files in the home: `keys/collect`, `keys/collect.pub` and the same for `operate`.
/// While one is being rotated, its successor stands beside it as `keys/operate.next`.
package struct KeyFiles: KeyFolder {
    let home: Home
    private let generate: Generator

    /// Makes one pair: the private key in OpenSSH's format, the public line and its fingerprint.
    package typealias Generator = @Sendable (_ comment: String) throws -> NewKeyPair

    /// A pair that is not on disk yet.
    package struct NewKeyPair: Sendable {
        package var privateKey: Secret
        package var publicLine: String
        package var fingerprint: String

        package init(privateKey: Secret, publicLine: String, fingerprint: String) {
            self.privateKey = privateKey
            self.publicLine = publicLine
            self.fingerprint = fingerprint
        }
    }

    package init(home: Home, generate: @escaping Generator) {
        self.home = home
        self.generate = generate
    }

    package func keys() throws -> KeyRing {
        var ring = try KeyRing(collect: key(.collect, path(.collect)), operate: key(.operate, path(.operate)))
        for purpose in KeyPurpose.allCases { ring.next[purpose] = try nextKey(purpose) }
        return ring
    }

    package func createMissing() throws -> KeyRing {
        for purpose in KeyPurpose.allCases where !FileManager.default.fileExists(atPath: path(purpose)) {
            try create(purpose, path(purpose))
        }
        return try keys()
    }

    func path(_ purpose: KeyPurpose) -> String { home.keys + "/" + purpose.rawValue }

    func key(_ purpose: KeyPurpose, _ path: String) throws(StateError) -> FleetKey {
        try checkPermissions(path)
        // One line of three words and the fingerprint on a second: nothing has to be computed at start-up.
        guard let text = try? String(contentsOfFile: path + ".pub", encoding: .utf8),
            let line = text.split(separator: "\n").first,
            let print = try? String(contentsOfFile: path + ".fingerprint", encoding: .utf8)
        else {
            throw StateError(
                "missing_key",
                "\(path).pub cannot be read",
                advice: "restore it, or: ssh-keygen -y -f \(path) > \(path).pub"
            )
        }
        return FleetKey(
            purpose: purpose,
            path: path,
            publicLine: String(line),
            fingerprint: print.trimmingCharacters(in: .whitespacesAndNewlines)
        )
    }

    private func checkPermissions(_ path: String) throws(StateError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw StateError("missing_key", "the key \(path) is missing", advice: "restore it, or run: flotilla init")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw StateError("key_open", "others can read the key \(path)", advice: "run: chmod 600 \(path)")
        }
    }

    func create(_ purpose: KeyPurpose, _ path: String) throws {
        let pair = try generate("flotilla-\(purpose.rawValue)")
        // The private key comes last: while it is missing, a next `init` makes the whole pair anew.
        try AtomicFile.write(Array((pair.publicLine + "\n").utf8), to: path + ".pub", mode: 0o644)
        try AtomicFile.write(Array((pair.fingerprint + "\n").utf8), to: path + ".fingerprint", mode: 0o644)
        try pair.privateKey.withBytes { try AtomicFile.write($0, to: path, mode: 0o600) }
    }
}
