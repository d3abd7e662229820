import Glibc

/// Looks for processes of this machine, which plays the node in the tests, by a word that only the test uses.
package enum ProcessesOnNode {
    /// The command lines that contain the word, except this process's own.
    ///
    /// A shell that has yet to start a command has that command's word in its own line: to know what runs, ask `count`.
    package static func containing(_ word: String) -> [String] {
        numbers().compactMap { pid in
            let line = words(of: pid).joined(separator: " ")
            return line.contains(word) ? "\(pid) \(line)" : nil
        }
    }

    /// Waits until no process has the word any more. - Returns: those that are left when the time is over.
    package static func left(containing word: String, within limit: Duration = .seconds(30)) async throws -> [String] {
        let clock = ContinuousClock()
        let end = clock.now + limit
        var found = containing(word)
        while !found.isEmpty, clock.now < end {
            try await Task.sleep(for: .milliseconds(25))
            found = containing(word)
        }
        return found
    }

    /// How many processes run exactly these words.
    package static func count(running words: [String]) -> Int {
        numbers().count { self.words(of: $0) == words }
    }

    /// Waits until at least `count` processes run exactly these words. - Returns: false when the time is over.
    package static func appear(running words: [String], count: Int, within limit: Duration) async throws -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while clock.now < end {
            if self.count(running: words) >= count { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// Kills everything that runs under this account.
    static func end(of user: UInt32) {
        for pid in numbers() {
            var info = stat()
            if stat("/proc/\(pid)", &info) == 0, info.st_uid == user { kill(pid, SIGKILL) }
        }
    }

    /// Kills everything whose command line contains the word.
    static func end(containing word: String) {
        for pid in numbers() where words(of: pid).contains(where: { $0.contains(word) }) { kill(pid, SIGKILL) }
    }

    private static func numbers() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let pid = Int32(name), pid != getpid() { found.append(pid) }
        }
        return found
    }

    private static func words(of pid: Int32) -> [String] {
        let descriptor = open("/proc/\(pid)/cmdline", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return [] }
        let line = bytes[..<count].last == 0 ? bytes[..<(count - 1)] : bytes[..<count]
        return line.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }
}
