import Crypto
import FleetModel
import Foundation
import Synchronization

/// Keeps the secrets among inventory variables out of the database's files: AES-GCM under a key of the home's own, bound
/// to the variable's name.
///
/// Where the key is missing, what it sealed stays as it is and nothing else is lost.
final class VariableSeal: Sendable {
    private let path: String
    private let known = Mutex<SymmetricKey?>(nil)
    private static let member = SecretVariables.sealedMember
    private static let keyBytes = 32

    /// - Parameter path: of the key, 32 bytes for its owner alone; made when the first secret is sealed.
    init(path: String) {
        self.path = path
    }

    /// - Throws: `StateError` when the key cannot be read or made.
    func sealed(_ members: [String: JSONValue]) throws(StateError) -> [String: JSONValue] {
        do {
            return try SecretVariables.mapped(members) { name, value in
                // What could not be opened is still sealed.
                if Self.box(in: value) != nil { return value }
                let plain = Array(value.text().utf8)
                let box = try AES.GCM.seal(plain, using: key(), authenticating: Array(name.utf8))
                guard let bytes = box.combined else { throw StateError("unexpected", "AES-GCM gave no nonce") }
                return [Self.member: .string(bytes.base64EncodedString())]
            }
        } catch let error as StateError {
            throw error
        } catch {
            throw StateError("unexpected", "\(path): \(error)")
        }
    }

    /// The members of a stored JSON object.
    func opened(_ text: String) throws -> [String: JSONValue] {
        let members = try StoredJSON.object(text)
        guard Self.mentionsSeal(text), let key = try existingKey() else { return members }
        return SecretVariables.mapped(members) { name, value in
            guard let box = Self.box(in: value),
                let sealed = try? AES.GCM.SealedBox(combined: box),
                let plain = try? AES.GCM.open(sealed, using: key, authenticating: Array(name.utf8)),
                let found = try? StoredJSON.value(String(decoding: plain, as: UTF8.self))
            else { return value }
            return found
        }
    }

    /// Ten thousand nodes are read in one go, and nearly none has a secret.
    private static func mentionsSeal(_ text: String) -> Bool {
        text.withCString { strstr($0, member) != nil }
    }

    private static func box(in value: JSONValue) -> Data? {
        guard case .object(let members) = value, members.count == 1 else { return nil }
        return members[member]?.string.flatMap { Data(base64Encoded: $0) }
    }

    private func key() throws(StateError) -> SymmetricKey {
        if let key = try existingKey() { return key }
        try make()
        guard let key = try existingKey() else { throw trouble("cannot be read") }
        return key
    }

    private func existingKey() throws(StateError) -> SymmetricKey? {
        if let key = known.withLock({ $0 }) { return key }
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        guard status.st_mode & 0o077 == 0 else {
            throw StateError("key_open", "others can read the key \(path)", advice: "run: chmod 600 \(path)")
        }
        guard let bytes = try? Data(contentsOf: URL(filePath: path)), bytes.count == Self.keyBytes else {
            throw trouble("is no key: it must have \(Self.keyBytes) bytes")
        }
        let key = SymmetricKey(data: bytes)
        known.withLock { $0 = key }
        return key
    }

    /// Whole and on the disk before it has its name; a process that was faster keeps its own.
    private func make() throws(StateError) {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw trouble(message(errno)) }
        let temporary = path + ".new-\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw trouble(message(errno)) }
        defer { unlink(temporary) }
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        let isWritten = write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        let reason = errno
        close(file)
        guard isWritten else { throw trouble(message(reason)) }
        guard link(temporary, path) == 0 || errno == EEXIST else { throw trouble(message(errno)) }
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { return }
        fsync(handle)
        close(handle)
    }

    private func trouble(_ why: String) -> StateError {
        StateError(
            "secrets_key",
            "\(path), the key of the secrets among inventory variables: \(why)",
            advice: "restore it from a copy of this home; without it import the inventory again"
        )
    }
}
