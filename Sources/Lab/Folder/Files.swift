import Glibc

/// Small files, written and read whole.
enum Files {
    /// Makes a folder for its owner alone; one that exists is fine.
    static func makeFolder(_ path: String, mode: mode_t = 0o700) throws(LabError) {
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw LabError.system("mkdir", on: path) }
    }

    /// Makes every folder of the path that is missing.
    static func makeFolders(_ path: String) throws(LabError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            try makeFolder(made)
        }
    }

    /// Writes over a file in place: a reader sees the old text or the new one, and nothing is forced to the disk.
    static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws(LabError) {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode)
        guard file >= 0 else { throw LabError.system("open", on: path) }
        defer { close(file) }
        var text = text
        let written = text.withUTF8 { pwrite(file, $0.baseAddress, $0.count, 0) }
        guard written == text.utf8.count, ftruncate(file, off_t(written)) == 0 else {
            throw LabError.system("write", on: path)
        }
    }

    /// Writes a file that other processes wait for: all of it appears at once.
    static func replace(_ path: String, with text: String, mode: mode_t) throws(LabError) {
        let temporary = path + ".new"
        unlink(temporary)
        try write(text, to: temporary, mode: mode)
        guard rename(temporary, path) == 0 else { throw LabError.system("rename", on: path) }
    }

    /// The text of a file, at most this many bytes of it; nil when it cannot be read.
    static func read(_ path: String, limit: Int = 1 << 20) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while bytes.count < limit {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return String(decoding: bytes.prefix(limit), as: UTF8.self)
    }

    /// The names in a folder, without `.` and `..`; none when it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
