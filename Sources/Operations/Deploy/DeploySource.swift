import Crypto
import FleetModel
import Glibc

/// A file or a folder of this machine, as it is to be on the nodes: read once, with the hash of every file.
struct DeploySource: Sendable {
    enum Content: Hashable, Sendable {
        case file(size: Int, hash: String)
        case folder
        case link(target: [UInt8])
    }

    struct Entry: Hashable, Sendable {
        /// Relative to the target, as bytes: file names need not be UTF-8. Empty for the target itself.
        var name: [UInt8]
        var content: Content
        var mode: UInt16
        /// `user:group` by name where they have one.
        var owner: String
        /// `user:group` by number, for nodes that do not know the names.
        var ownerNumbers: String
        /// The path here.
        var path: [UInt8]
    }

    /// Parents before their children.
    let entries: [Entry]
    let isFolder: Bool
    /// The last part of the source's path, for a file that goes into a folder.
    let lastName: [UInt8]

    /// - Throws: `UsageError` naming the path that cannot be read.
    static func read(_ source: String, options: Deploy.Options) throws(UsageError) -> DeploySource {
        var path = Array(source.utf8)
        while path.count > 1, path.last == slash { path.removeLast() }
        var walk = Walk(options: options)
        try walk.add(path, name: [], follows: true)
        guard let first = walk.entries.first else { throw unreadable(path, "it is neither a file nor a folder") }
        let last = path.split(separator: slash).last.map(Array.init) ?? path
        return DeploySource(entries: walk.entries, isFolder: first.content == .folder, lastName: last)
    }

    static let slash = UInt8(ascii: "/")

    static func unreadable(_ path: [UInt8], _ reason: String? = nil) -> UsageError {
        let why = reason ?? String(cString: strerror(errno))
        return UsageError("unreadable_source", "\(String(decoding: path, as: UTF8.self).quotedForMessage): \(why)")
    }

    private struct Walk {
        let options: Deploy.Options
        var entries: [Entry] = []
        private var owners: [UInt64: String] = [:]

        init(options: Deploy.Options) { self.options = options }

        mutating func add(_ path: [UInt8], name: [UInt8], follows: Bool) throws(UsageError) {
            var info = stat()
            let text = path.map(CChar.init(bitPattern:)) + [0]
            guard (follows ? stat(text, &info) : lstat(text, &info)) == 0 else { throw unreadable(path) }
            let kind = info.st_mode & S_IFMT
            var entry = Entry(
                name: name,
                content: .folder,
                mode: UInt16(info.st_mode & 0o7777),
                owner: owner(of: info),
                ownerNumbers: "\(info.st_uid):\(info.st_gid)",
                path: path
            )
            switch kind {
            case S_IFREG:
                entry.content = .file(size: Int(info.st_size), hash: try FileHash.of(path))
                if let mode = options.mode { entry.mode = mode }
            case S_IFLNK: entry.content = .link(target: try target(of: path))
            case S_IFDIR: break
            default: throw unreadable(path, "only files, folders and links can be deployed")
            }
            entries.append(entry)
            guard kind == S_IFDIR else { return }
            for child in try names(in: path) {
                try add(path + [slash] + child, name: name.isEmpty ? child : name + [slash] + child, follows: false)
            }
        }

        private func target(of path: [UInt8]) throws(UsageError) -> [UInt8] {
            var buffer = [CChar](repeating: 0, count: 4097)
            let count = readlink(path.map(CChar.init(bitPattern:)) + [0], &buffer, buffer.count)
            guard count > 0 else { throw unreadable(path) }
            return buffer[..<count].map(UInt8.init(bitPattern:))
        }

        private func names(in path: [UInt8]) throws(UsageError) -> [[UInt8]] {
            guard let folder = opendir(path.map(CChar.init(bitPattern:)) + [0]) else { throw unreadable(path) }
            defer { closedir(folder) }
            var names: [[UInt8]] = []
            while let entry = Glibc.readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
                if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(name) }
            }
            return names.sorted { $0.lexicographicallyPrecedes($1) }
        }

        private mutating func owner(of info: stat) -> String {
            let key = UInt64(info.st_uid) << 32 | UInt64(info.st_gid)
            if let known = owners[key] { return known }
            let user = getpwuid(info.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "\(info.st_uid)"
            let group = getgrgid(info.st_gid).map { String(cString: $0.pointee.gr_name) } ?? "\(info.st_gid)"
            owners[key] = "\(user):\(group)"
            return "\(user):\(group)"
        }
    }
}

/// SHA-256 of a file's content, in hex.
enum FileHash {
    static func of(_ path: [UInt8]) throws(UsageError) -> String {
        let descriptor = open(path.map(CChar.init(bitPattern:)) + [0], O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DeploySource.unreadable(path) }
        defer { close(descriptor) }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw DeploySource.unreadable(path) }
            guard count > 0 else { break }
            hash.update(data: buffer[..<count])
        }
        return hash.finalize().map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}
