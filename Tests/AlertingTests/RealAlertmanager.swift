import FleetModel
import Foundation
import Testing

/// An Alertmanager of the series 0.33 in a scratch folder, and a receiver that writes down what it is told.
final class RealAlertmanager {
    private let folder = NSTemporaryDirectory() + "/flotilla-am-" + UUID().uuidString
    private let tools: String
    private var children: [Process] = []
    private let port: Int
    private let hook: Int

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// `HOOK` in the configuration becomes the receiver's address.
    init(_ configuration: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        tools =
            (ProcessInfo.processInfo.environment["FLOTILLA_ORACLES"] ?? root.appendingPathComponent(".oracles").path)
            + "/alertmanager"
        guard FileManager.default.isExecutableFile(atPath: tools + "/alertmanager-here") else {
            throw Missing(
                description: "\(tools)/alertmanager-here is missing: run scripts/setup, or set FLOTILLA_ORACLES"
            )
        }
        (port, hook) = (Self.freePort(), Self.freePort())
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let text = configuration.replacingOccurrences(of: "HOOK", with: "http://127.0.0.1:\(hook)/")
        try text.write(toFile: folder + "/alertmanager.yml", atomically: true, encoding: .utf8)
        try Self.receiver.write(toFile: folder + "/receiver.py", atomically: true, encoding: .utf8)
        _ = FileManager.default.createFile(atPath: folder + "/messages", contents: nil)
    }

    deinit {
        for child in children {
            // Children inherit a mask that may hold TERM back.
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    func start() throws {
        children.append(
            try Self.process("/usr/bin/python3", [folder + "/receiver.py", "\(hook)", folder + "/messages"])
        )
        let words = [
            "--config.file=\(folder)/alertmanager.yml", "--storage.path=\(folder)/data",
            "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
        ]
        children.append(try Self.process(tools + "/alertmanager-here", words, in: tools))
        try until("Alertmanager answers") { (try? run("/usr/bin/curl", ["-sf", "\(url)/-/ready"])) != nil }
        try until("the receiver answers") {
            (try? run("/usr/bin/curl", ["-sf", "http://127.0.0.1:\(hook)/"])) != nil
        }
    }

    func post(_ alerts: [[String: String]], ended: Bool) throws {
        let date = { (seconds: Double) in Date(timeIntervalSinceNow: seconds).formatted(.iso8601) }
        let body = JSONValue.array(
            alerts.map { labels in
                [
                    "labels": .object(labels.mapValues { .string($0) }), "startsAt": .string(date(-1)),
                    "endsAt": .string(date(ended ? 0 : 3600)),
                ]
            }
        )
        // Times are whole seconds: an end must not be before its start.
        _ = try run(
            "/usr/bin/curl",
            [
                "-sf", "-H", "Content-Type: application/json", "-d", body.text(), "\(url)/api/v2/alerts",
            ]
        )
    }

    func silence(_ matcher: String) throws {
        _ = try run(tools + "/amtool", ["--alertmanager.url=\(url)", "silence", "add", "--comment=test", matcher])
    }

    func expireSilences() throws {
        let ids = try run(tools + "/amtool", ["--alertmanager.url=\(url)", "silence", "query", "-q"])
        for id in ids.split(separator: "\n") {
            _ = try run(tools + "/amtool", ["--alertmanager.url=\(url)", "silence", "expire", String(id)])
        }
    }

    /// `GROUP firing=… resolved=…`, in the order of arrival.
    func messages() throws -> [String] {
        let text = try String(contentsOfFile: folder + "/messages", encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            let message = try JSONReading.parse(String(line)).object ?? [:]
            guard case .array(let alerts)? = message["alerts"] else { return "no alerts" }
            let instances = { (status: String) in
                alerts.compactMap { alert in
                    alert.object?["status"]?.string == status
                        ? alert.object?["labels"]?.object?["instance"]?.string : nil
                }
                .sorted().joined(separator: ",")
            }
            let key = message["groupKey"]?.string ?? ""
            return "\(key) firing=\(instances("firing")) resolved=\(instances("resolved"))"
        }
    }

    func wait(for condition: ([String]) -> Bool) throws {
        try until("the messages are there") { condition(try messages()) }
    }

    private var url: String { "http://127.0.0.1:\(port)" }

    private func until(_ what: String, _ condition: () throws -> Bool) throws {
        for _ in 0..<1200 {
            if try condition() { return }
            usleep(50_000)
        }
        throw Missing(description: "a minute long not: \(what); messages: \(try messages())")
    }

    private func run(_ path: String, _ words: [String]) throws -> String {
        let output = Pipe()
        let process = try Self.process(path, words, output)
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Missing(description: "\(path) \(words) failed") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func process(
        _ path: String,
        _ words: [String],
        _ output: Any = FileHandle.nullDevice,
        in folder: String = "/"
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = words
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        // Its texts are read from where it is started.
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        try process.run()
        return process
    }

    private static func freePort() -> Int {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(file) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(file, address, size)
                _ = getsockname(file, address, &size)
            }
        }
        return Int(UInt16(bigEndian: name.sin_port))
    }

    private static let receiver = """
        import sys
        from http.server import BaseHTTPRequestHandler, HTTPServer


        class Hook(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with open(sys.argv[2], "ab") as file:
                    file.write(body.strip() + b"\\n")
                self.do_GET()

            def log_message(self, *words):
                pass


        HTTPServer(("127.0.0.1", int(sys.argv[1])), Hook).serve_forever()
        """
}
