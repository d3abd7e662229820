import FleetModel
import FleetTesting
import Foundation
import Synchronization

/// An HTTP server on loopback that keeps what it is sent and answers as it was told.
final class RecordingServer: Sendable {
    struct Request: Sendable {
        var path: String
        var headers: String
        var body: [UInt8]
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [String] = []
        /// What the chats say when they have taken a message.
        var body = #"{"ok":true,"status":1,"result":{"message_id":1,"date":1,"chat":{"id":123,"type":"group"}}}"#
    }

    let port: Int
    private let descriptor: Int32
    private let kept = Mutex<[Request]>([])
    private let answers: [String: Answer]

    /// - `answers`: by the beginning of the path.
    init(_ answers: [String: Answer] = [:]) throws {
        self.answers = answers
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw FixtureError("cannot listen: errno \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                Thread.detachNewThread { self.serve(client) }
            }
        }
    }

    var url: String { "http://127.0.0.1:\(port)" }

    var requests: [Request] { kept.withLock { $0 } }

    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func serve(_ client: Int32) {
        defer { close(client) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let request = Self.request(in: bytes) {
                kept.withLock { $0.append(request) }
                let answer = answers.first { request.path.hasPrefix($0.key) }?.value ?? Answer()
                let head = [
                    "HTTP/1.1 \(answer.status) Said", "Content-Length: \(answer.body.utf8.count)", "Connection: close",
                ]
                let all = Array((head + answer.headers + ["", answer.body]).joined(separator: "\r\n").utf8)
                _ = send(client, all, all.count, Int32(MSG_NOSIGNAL))
                return
            }
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            bytes += buffer[..<count]
        }
    }

    private static func request(in bytes: [UInt8]) -> Request? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let length =
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
        guard bytes.count - end.upperBound >= length else { return nil }
        let path = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        return Request(path: path, headers: head, body: Array(bytes[end.upperBound...].prefix(length)))
    }
}
