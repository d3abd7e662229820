import CLibSSH
import FleetModel
import Glibc

/// Private keys, parsed once for each path, time of change and passphrase; never freed while the process lives, as
/// sessions may be using them.
@SSHLoop
final class KeyRing {
    static let shared = KeyRing()

    /// What there is to offer from one key file.
    // SAFETY: keys are never changed after parsing and never freed; libssh only reads them.
    struct Identity: @unchecked Sendable {
        /// The key with its certificate, where `PATH-cert.pub` stands beside it.
        let certified: ssh_key?
        let key: ssh_key
    }

    struct Unreadable: Error, Sendable {
        let reason: String
    }

    private struct Entry: Hashable {
        let path: String
        let passphrase: Secret?
        let changed: [Int]
    }

    /// Read or being read: hundreds of dials that begin together parse a key once.
    private var identities: [Entry: Task<Result<Identity, Unreadable>, Never>] = [:]

    /// Parsing may cost a second (an encrypted key's bcrypt), so it is done by a thread of the pool.
    func identity(path: String, passphrase: Secret?) async throws(Unreadable) -> Identity {
        let entry = Entry(path: path, passphrase: passphrase, changed: Self.changeTimes(path))
        let reading =
            identities[entry]
            ?? Task { @SSHLoop in
                await BlockingPool.work.run { Self.parse(path, passphrase) }
            }
        identities[entry] = reading
        let result = await reading.value
        // A failure may be mended from outside (an unmounted disk), so it is not remembered.
        if case .failure = result { identities[entry] = nil }
        return try result.get()
    }

    private nonisolated static func changeTimes(_ path: String) -> [Int] {
        [path, path + "-cert.pub"].flatMap { path -> [Int] in
            var facts = stat()
            guard stat(path, &facts) == 0 else { return [0] }
            return [facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, Int(facts.st_ino)]
        }
    }

    private nonisolated static func parse(_ path: String, _ passphrase: Secret?) -> Result<Identity, Unreadable> {
        guard access(path, R_OK) == 0 else {
            return .failure(Unreadable(reason: "\(path): \(String(cString: strerror(errno)))"))
        }
        var key: ssh_key?
        let code = withCString(of: passphrase) { ssh_pki_import_privkey_file(path, $0, nil, nil, &key) }
        guard code == SSH_OK, let key else {
            let why =
                passphrase == nil
                ? "is no private key, or is encrypted and no passphrase was given"
                : "is no private key, or the passphrase is wrong"
            return .failure(Unreadable(reason: "\(path) \(why)"))
        }
        return .success(Identity(certified: certified(key, path + "-cert.pub"), key: key))
    }

    private nonisolated static func certified(_ key: ssh_key, _ path: String) -> ssh_key? {
        var certificate: ssh_key?
        guard access(path, R_OK) == 0, ssh_pki_import_cert_file(path, &certificate) == SSH_OK, let certificate,
            let copy = ssh_key_dup(key)
        else { return nil }
        defer { ssh_key_free(certificate) }
        guard ssh_pki_copy_cert_to_privkey(certificate, copy) == SSH_OK else {
            ssh_key_free(copy)
            return nil
        }
        return copy
    }
}

/// The secret as a C string for the length of the call; wiped afterwards.
func withCString<R>(of secret: Secret?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
    guard let secret else { return body(nil) }
    return secret.withBytes { bytes in
        var text = bytes.map(CChar.init(bitPattern:)) + [0]
        defer { text.withUnsafeMutableBytes { bytes in bytes.baseAddress.map { explicit_bzero($0, bytes.count) } } }
        return text.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
