import Glibc

/// Looks for processes of this machine, which plays the node in the tests, by a word that only the test uses.
package enum ProcessesOnNode {
    /// The command lines that contain the word, except this process's own.
    package static func containing(_ word: String) -> [String] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let pid = Int32(name), pid != getpid(), let line = commandLine(of: pid) else { continue }
            if line.contains(word) { found.append("\(pid) \(line)") }
        }
        return found
    }

    /// Waits until no process has the word any more. - Returns: those that are left when the time is over.
    package static func left(containing word: String, within limit: Duration = .seconds(5)) async throws -> [String] {
        let clock = ContinuousClock()
        let end = clock.now + limit
        var found = containing(word)
        while !found.isEmpty, clock.now < end {
            try await Task.sleep(for: .milliseconds(25))
            found = containing(word)
        }
        return found
    }

    /// Waits until at least `count` processes have the word. - Returns: false when the time is over.
    package static func appear(containing word: String, count: Int, within limit: Duration = .seconds(20)) async throws
        -> Bool
    {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while clock.now < end {
            if containing(word).count >= count { return true }
            try await Task.sleep(for: .milliseconds(25))
        }
        return false
    }

    private static func commandLine(of pid: Int32) -> String? {
        let descriptor = open("/proc/\(pid)/cmdline", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count].map { $0 == 0 ? 0x20 : $0 }, as: UTF8.self)
    }
}
