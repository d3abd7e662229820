package import FleetModel
import GRDB
import Glibc

/// Puts a copy in the place of a damaged registry; the damaged one is kept beside it.
package struct RegistryRestoration: Sendable {
    private let path: String

    /// `path`: the registry's own file, there or not.
    package init(path: String) {
        self.path = path
    }

    /// Looks at every page and every reference of a copy.
    ///
    /// - Throws: `StateError`: `state.damaged`, `state.foreign_file`, `state.newer_version`, `state.unreadable`.
    package static func verify(_ copy: String) throws(StateError) {
        guard access(copy, R_OK) == 0 else {
            throw StateError("unreadable", "\(copy): \(message(errno))", advice: "see: flotilla registry list")
        }
        do throws(StateError) {
            guard !FileInspection(path: copy).isEmpty else { throw StateError.damaged(copy, because: "it is empty") }
            try FileInspection(path: copy).check()
            try SQLiteFile.verify(
                SQLiteFile.Plan(path: copy, schema: .registry, inspection: .thorough, durable: true, pageLimit: nil)
            )
        } catch  where error.code == "state.damaged" {
            // The advice of a damaged registry looks for copies beside it; this is one of them.
            let advice = "nothing was changed; take another copy: flotilla registry list"
            throw StateError("damaged", error.problem, advice: advice)
        }
    }

    /// Gives the place of the registry that was there before; nil where none was.
    ///
    /// - Throws: `StateError`; the registry is as it was then.
    package func restore(_ copy: String, at now: Timestamp) throws(StateError) -> String? {
        try Self.verify(copy)
        try StatePlace(path: path).check()
        let draft = path + ".restoring"
        for file in ["", "-wal", "-shm", "-journal"] { unlink(draft + file) }
        do throws(StateError) {
            try Self.duplicate(copy, as: draft)
            try Self.verify(draft)
        } catch {
            unlink(draft)
            throw error
        }
        let aside = try setAside(as: path + ".damaged-" + RegistryCopies.word(now))
        guard rename(draft, path) == 0 else { throw StateError.notWritable(path, errno: errno) }
        Self.sync(path)
        return aside
    }

    /// The logs go first: they must never be read together with the restored file. The file itself keeps its name until
    /// the restored one takes it.
    private func setAside(as aside: String) throws(StateError) -> String? {
        let isThere = access(path, F_OK) == 0
        if isThere, link(path, aside) != 0 { throw StateError.notWritable(aside, errno: errno) }
        for log in ["-wal", "-shm"] where access(path + log, F_OK) == 0 {
            guard rename(path + log, aside + log) == 0 else { throw StateError.notWritable(aside + log, errno: errno) }
        }
        return isThere ? aside : nil
    }

    private static func duplicate(_ copy: String, as draft: String) throws(StateError) {
        try StatePlace(path: draft).makePrivateFile()
        do {
            let (source, target) = (try DatabaseQueue(path: copy), try DatabaseQueue(path: draft))
            try source.backup(to: target)
            try source.close()
            // A node that is registered from now on must not get the samples of one that was lost.
            try target.write {
                try $0.execute(sql: "UPDATE sqlite_sequence SET seq = seq + 1000000 WHERE name = 'nodes'")
            }
            try target.close()
        } catch let error as DatabaseError {
            throw StateError(sqlite: error, path: draft)
        } catch {
            throw StateError("unreadable", "\(copy): \(error)")
        }
        sync(draft)
    }

    private static func sync(_ path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        for place in [path, folder] {
            let handle = open(place, O_RDONLY | O_CLOEXEC)
            guard handle >= 0 else { continue }
            fsync(handle)
            Glibc.close(handle)
        }
    }
}
