import FleetModel
import Foundation
package import Operations

/// The order of the writes below is what keeps the fleet from being locked out: at every instant the home holds each
/// private key that some node may still need, and whatever was begun can be done again.
extension KeyFiles {
    package func lockRotations() throws -> any Sendable {
        try ProcessLock(path: home.run + "/keys.lock") { holder in
            StateError(
                "keys_busy",
                "the keys of this home are being changed already: process \(holder)",
                advice: "wait until it has ended, then run this again"
            )
        }
    }

    package func begin(_ purpose: KeyPurpose) throws -> FleetKey {
        if let next = try nextKey(purpose) { return next }
        // A journal of an earlier rotation would name nodes that do not know this pair.
        try remove(journal(purpose))
        try create(purpose, nextPath(purpose))
        return try key(purpose, nextPath(purpose))
    }

    package func rotated(_ purpose: KeyPurpose) throws -> Set<RotatedNode> {
        guard let next = try nextKey(purpose) else { return [] }
        guard let text = try? String(contentsOfFile: journal(purpose), encoding: .utf8) else { return [] }
        // A line that was cut off has no last field: that node is looked at again.
        return Set(
            text.split(separator: "\n").compactMap { line in
                let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                guard fields.count == 4, fields[0] == next.fingerprint, fields[3] == "proven",
                    let name = try? NodeName(String(fields[1]))
                else { return nil }
                return RotatedNode(name: name, place: String(fields[2]))
            }
        )
    }

    package func markRotated(_ node: RotatedNode, _ purpose: KeyPurpose) throws {
        guard let next = try nextKey(purpose) else { return }
        try AtomicFile.append("\(next.fingerprint)\t\(node.name)\t\(node.place)\tproven\n", to: journal(purpose))
    }

    package func finish(_ purpose: KeyPurpose) throws {
        guard let next = try nextKey(purpose) else { return }
        let (old, path) = (try key(purpose, path(purpose)), path(purpose))
        // An end that was cut short has put the new public line in place already.
        if old.blob != next.blob { try retire(old) }
        let secret = try Array(Data(contentsOf: URL(filePath: next.path)))
        try AtomicFile.write(Array((next.publicLine + "\n").utf8), to: path + ".pub", mode: 0o644)
        try AtomicFile.write(Array((next.fingerprint + "\n").utf8), to: path + ".fingerprint", mode: 0o644)
        try AtomicFile.write(secret, to: path, mode: 0o600)
        for file in [next.path, next.path + ".pub", next.path + ".fingerprint", journal(purpose)] { try remove(file) }
        try removeDrafts(of: purpose)
    }

    /// What a killed run was writing: with the lock held nobody else writes keys.
    private func removeDrafts(of purpose: KeyPurpose) throws {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: home.keys)) ?? []
        where name.hasPrefix(purpose.rawValue + ".") && name.contains(".new-") {
            try remove(home.keys + "/" + name)
        }
    }

    package func retired() throws -> [RetiredKey] {
        guard let text = try? String(contentsOfFile: home.keys + "/retired", encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let purpose = KeyPurpose(rawValue: String(words[0])) else { return nil }
            return RetiredKey(purpose: purpose, publicLine: String(words[1]))
        }
    }

    /// The successor, once its private key is there: that file is written last.
    func nextKey(_ purpose: KeyPurpose) throws -> FleetKey? {
        let path = nextPath(purpose)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return try key(purpose, path)
        } catch  where !FileManager.default.fileExists(atPath: path) {
            // Another process has just finished the rotation.
            return nil
        }
    }

    private func nextPath(_ purpose: KeyPurpose) -> String { path(purpose) + ".next" }

    private func journal(_ purpose: KeyPurpose) -> String { path(purpose) + ".rotated" }

    private func retire(_ key: FleetKey) throws {
        let known = try retired()
        guard !known.contains(where: { $0.publicLine == key.publicLine }) else { return }
        let all = known + [RetiredKey(purpose: key.purpose, publicLine: key.publicLine)]
        let text = all.map { "\($0.purpose.rawValue) \($0.publicLine)\n" }.joined()
        try AtomicFile.write(Array(text.utf8), to: home.keys + "/retired", mode: 0o644)
    }

    private func remove(_ path: String) throws {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch CocoaError.fileNoSuchFile {
            return
        } catch {
            throw StateError("unwritable", "cannot remove \(path): \(DiskTrouble.text(of: error))")
        }
    }
}
