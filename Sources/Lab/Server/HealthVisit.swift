import CLibSSH
import Glibc

/// One HTTP connection to a time node: a request, an answer, the end.
final class HealthVisit: Watcher {
    private static let requestLimit = 8 * 1024
    private static let patience = Duration.seconds(10)

    private var descriptor: Int32
    private unowned let loop: ServerLoop
    private let answer: (String) -> TimeService.Answer
    private let ended: (ObjectIdentifier) -> Void
    private var request: [UInt8] = []
    private var output: [UInt8] = []

    init(
        _ descriptor: Int32,
        loop: ServerLoop,
        answer: @escaping (String) -> TimeService.Answer,
        ended: @escaping (ObjectIdentifier) -> Void
    ) {
        self.descriptor = descriptor
        self.loop = loop
        self.answer = answer
        self.ended = ended
        loop.poller.watch(descriptor, for: .read, self)
        loop.after(Self.patience) { [weak self] in self?.close() }
    }

    func ready(_ descriptor: Int32, for readiness: Readiness) {
        if output.isEmpty { readRequest() } else { writeAnswer() }
    }

    func close() {
        guard descriptor >= 0 else { return }
        loop.poller.forget(descriptor)
        Glibc.close(descriptor)
        descriptor = -1
        ended(ObjectIdentifier(self))
    }

    private func readRequest() {
        let count = loop.scratch.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, 4096) }
        guard count > 0 else {
            if count == 0 || (errno != EAGAIN && errno != EINTR) { close() }
            return
        }
        request.append(contentsOf: loop.scratch[..<count])
        guard request.count <= Self.requestLimit else { return close() }
        let text = String(decoding: request, as: UTF8.self)
        guard text.contains("\r\n\r\n") || text.contains("\n\n") else { return }
        output = Self.response(to: text, answer)
        writeAnswer()
    }

    private func writeAnswer() {
        let count = output.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count < 0 && errno != EAGAIN { return close() }
        output.removeFirst(max(0, count))
        if output.isEmpty { close() } else { loop.poller.watch(descriptor, for: .write, self) }
    }

    private static func response(to request: String, _ answer: (String) -> TimeService.Answer) -> [UInt8] {
        let words = request.prefix { !$0.isNewline }.split(separator: " ")
        let isHead = words.first == "HEAD"
        let found: TimeService.Answer
        if words.count >= 2, isHead || words[0] == "GET" {
            found = answer(String(words[1].prefix { $0 != "?" }))
        } else {
            found = TimeService.Answer(status: 405, type: "text/plain", body: "GET and HEAD only\n")
        }
        let reasons = [200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"]
        let head =
            "HTTP/1.1 \(found.status) \(reasons[found.status] ?? "")\r\nContent-Type: \(found.type)\r\n"
            + "Content-Length: \(found.body.utf8.count)\r\nConnection: close\r\n\r\n"
        return Array((head + (isHead ? "" : found.body)).utf8)
    }
}
