package import FleetModel
import Glibc

/// Whole, verified copies of the registry and its audit record in one folder: the newest seven are kept.
package struct RegistryCopies: Sendable {
    private let folder: String
    package static let kept = 7
    package static let interval = Duration.seconds(86_400)
    private static let prefix = "registry-"
    private static let suffix = ".sqlite"

    /// - Parameter folder: made when the first copy is.
    package init(folder: String) {
        self.folder = folder
    }

    /// Makes one and takes away what is older than the newest seven.
    ///
    /// - Returns: its path.
    /// - Throws: `StateError`; then no copy was taken away.
    package func make(of database: FleetDatabase, at now: Timestamp) throws(StateError) -> String {
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw StateError.notWritable(folder, errno: errno) }
        let path = folder + "/" + Self.prefix + Self.word(now) + Self.suffix
        try database.copyVerified(to: path)
        for old in dated().dropFirst(Self.kept) { unlink(folder + "/" + old) }
        return path
    }

    /// True when the newest is older than a day.
    package func isDue(at now: Timestamp) -> Bool {
        guard let newest = dated().first else { return true }
        return newest <= Self.prefix + Self.word(now + (.zero - Self.interval)) + Self.suffix
    }

    /// The copies, newest first; those from before a migration last.
    package func paths() -> [String] {
        let all = Self.names(in: folder)
        let dated = all.filter(Self.isDated).sorted(by: >)
        return (dated + all.filter { !Self.isDated($0) }.sorted(by: >)).map { folder + "/" + $0 }
    }

    /// Where the copy from before a migration stands.
    static func path(in folder: String, before version: Int) -> String {
        "\(folder)/\(prefix)before-format-\(version)\(suffix)"
    }

    private func dated() -> [String] { Self.names(in: folder).filter(Self.isDated).sorted(by: >) }

    /// `20261122T190000Z`: its order is that of time.
    static func word(_ moment: Timestamp) -> String {
        String(moment.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" }) + "Z"
    }

    private static func isDated(_ name: String) -> Bool {
        name.dropFirst(prefix.count).first?.isNumber == true
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // SAFETY: the name is a C string inside the entry, which lives until the next readdir.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(prefix), name.hasSuffix(suffix) { names.append(name) }
        }
        return names
    }
}

extension FleetDatabase {
    /// Copies the registry and looks at every page of the copy before it gets its name.
    ///
    /// - Throws: `StateError`; nothing stands at `path` then.
    package func copyVerified(to path: String) throws(StateError) {
        guard access(path, F_OK) != 0 else {
            throw StateError("file_exists", "\(path) is there already", advice: "name a file that is not there yet")
        }
        let draft = path + ".new-\(getpid())"
        unlink(draft)
        do throws(StateError) {
            try copyRegistry(to: draft)
            try RegistryRestoration.verify(draft)
            guard rename(draft, path) == 0 else { throw StateError.notWritable(path, errno: errno) }
        } catch {
            unlink(draft)
            throw error
        }
    }
}
