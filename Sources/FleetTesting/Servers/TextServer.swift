package import FleetModel
import Glibc
import Synchronization

/// A small HTTP server on loopback, one thread for each connection: what a test scrapes and writes to.
package final class TextServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        package let path: String
        /// Names in small letters.
        package let headers: [String: String]
        package let body: [UInt8]
    }

    package struct Answer: Sendable {
        package var status: Int
        package var headers: [(String, String)]
        package var body: [UInt8]

        package init(_ status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        package init(_ text: String, type: String = "text/plain; version=0.0.4") {
            self.init(headers: [("Content-Type", type)], body: Array(text.utf8))
        }
    }

    package let port: Port
    private let seen = Mutex<[Request]>([])

    /// Answers with what the closure says, on many threads.
    package init(in bed: TestBed, _ answer: @escaping @Sendable (Request) -> Answer) throws {
        let listener = try Listener(backlog: 512)
        port = listener.port
        bed.atEnd { listener.close() }
        NativeThread.start { [self] in
            while true {
                let connection = accept(listener.descriptor, nil, nil)
                if connection >= 0 {
                    NativeThread.start { self.serve(connection, answer) }
                } else if errno != EINTR && errno != ECONNABORTED {
                    return
                }
            }
        }
    }

    /// Every request so far.
    package var requests: [Request] { seen.withLock { $0 } }

    private func serve(_ connection: Int32, _ answer: @Sendable (Request) -> Answer) {
        defer { close(connection) }
        guard let request = HTTPBytes.request(from: connection) else { return }
        seen.withLock { $0.append(request) }
        let answer = answer(request)
        var head = "HTTP/1.1 \(answer.status) Said\r\nContent-Length: \(answer.body.count)\r\nConnection: close\r\n"
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        HTTPBytes.send(Array((head + "\r\n").utf8) + answer.body, to: connection)
    }
}

/// Requests to a server on loopback, without any library that is tested.
package enum LoopbackHTTP {
    /// - Throws: `FixtureError` where nobody answers.
    package static func request(
        _ method: String,
        _ path: String,
        port: Port,
        headers: [String] = [],
        body: [UInt8] = []
    ) throws -> (status: Int, body: [UInt8]) {
        guard let connection = Listener.connect(to: port) else { throw FixtureError("nobody listens on port \(port)") }
        defer { close(connection) }
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let head = ["\(method) \(path) HTTP/1.0", "Host: localhost", "Content-Length: \(body.count)"] + headers
        HTTPBytes.send(Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body, to: connection)
        var answer: [UInt8] = []
        while let more = HTTPBytes.receive(from: connection) { answer += more }
        guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw FixtureError("no answer to \(path)")
        }
        let status = String(decoding: answer.prefix(end.lowerBound), as: UTF8.self).split(separator: " ")
        return (status.count > 1 ? Int(status[1]) ?? 0 : 0, Array(answer[end.upperBound...]))
    }
}

private enum HTTPBytes {
    static func receive(from connection: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(connection, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    static func send(_ bytes: [UInt8], to connection: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    static func request(from connection: Int32) -> TextServer.Request? {
        var bytes: [UInt8] = []
        while bytes.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
            guard let more = receive(from: connection) else { return nil }
            bytes += more
        }
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first.map { $0.split(separator: " ") } ?? []
        guard words.count >= 2 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        var body = Array(bytes[end.upperBound...])
        let length = Int(headers["content-length"] ?? "") ?? 0
        while body.count < length, let more = receive(from: connection) { body += more }
        return TextServer.Request(method: String(words[0]), path: String(words[1]), headers: headers, body: body)
    }
}
