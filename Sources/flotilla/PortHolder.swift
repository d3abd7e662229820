import Foundation

/// Which process listens on a TCP port of this machine, as far as this user may see.
enum PortHolder {
    /// `process 4711 (prometheus)`; nil where it cannot be seen.
    static func name(of port: Int) -> String? {
        let sockets = Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { inodes(of: port, in: $0) })
        guard !sockets.isEmpty, let entries = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else {
            return nil
        }
        for process in entries where process.allSatisfy(\.isNumber) && holds(process, sockets) {
            let command = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
            let name = command?.filter { $0.isLetter || $0.isNumber || "-_.".contains($0) } ?? ""
            return "process \(process)" + (name.isEmpty ? "" : " (\(name))")
        }
        return nil
    }

    private static func inodes(of port: Int, in table: String) -> [String] {
        guard let text = try? String(contentsOfFile: table, encoding: .utf8) else { return [] }
        let digits = String(port, radix: 16, uppercase: true)
        let wanted = ":" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            // 0A is LISTEN.
            guard fields.count > 9, fields[1].hasSuffix(wanted), fields[3] == "0A" else { return nil }
            return "socket:[\(fields[9])]"
        }
    }

    private static func holds(_ process: String, _ sockets: Set<String>) -> Bool {
        let folder = "/proc/\(process)/fd"
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return false }
        return files.contains { file in
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + file) else {
                return false
            }
            return sockets.contains(target)
        }
    }
}
