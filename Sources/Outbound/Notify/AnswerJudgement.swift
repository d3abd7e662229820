internal import Alerting
internal import AsyncHTTPClient
internal import FleetModel
internal import NIOHTTP1
internal import Operations

/// What an answer means: taken, to be tried again, or refused for good.
enum AnswerJudgement {
    static func judge(
        _ response: HTTPClientResponse,
        _ body: [UInt8],
        _ kind: String,
        _ message: OutgoingMessage
    ) throws(NotifyError) {
        let status = Int(response.status.code)
        let json = try? JSONReading.parse(body).object
        if (200..<300).contains(status) {
            guard message.answersInJSON, case .bool(false)? = json?["ok"] else { return }
            let reason = json?["error"]?.string ?? json?["description"]?.string ?? "no reason given"
            throw NotifyError(
                "refused",
                "\(kind) did not take it: \(hiding(message.secrets, reason))",
                canBeRetried: reason == "ratelimited" || reason == "internal_error"
            )
        }
        let wait = retryAfter(response.headers.first(name: "retry-after"), json)
        let isBusy = status == 429 || status == 408
        let said = hiding(message.secrets, String(decoding: body.prefix(600), as: UTF8.self))
        throw NotifyError(
            isBusy ? "busy" : status >= 500 ? "far_side_failed" : (300..<400).contains(status) ? "redirect" : "refused",
            "\(kind) answered \(status)" + (said.isEmpty ? "" : ": \(said)"),
            advice: advice(status),
            canBeRetried: isBusy || status >= 500,
            retryAfter: isBusy || status >= 500 ? wait : nil
        )
    }

    private static func advice(_ status: Int) -> String? {
        switch status {
        case 300..<400: "redirects are not followed: write the address it points to"
        case 401, 403: "look at the token or password of this receiver"
        case 404: "look at the address of this receiver"
        default: nil
        }
    }

    /// Seconds in the header, or where Telegram and Discord put them.
    private static func retryAfter(_ header: String?, _ json: [String: JSONValue]?) -> Duration? {
        let said = json?["parameters"]?.object?["retry_after"] ?? json?["retry_after"]
        guard let seconds = header.flatMap(Double.init) ?? said?.scalarText.flatMap(Double.init), seconds >= 0 else {
            return nil
        }
        return .milliseconds(Int64(min(seconds, 3600) * 1000))
    }

    static func unreachable(_ error: any Error, _ kind: String, _ message: OutgoingMessage) -> NotifyError {
        if error is CancellationError { return NotifyError("cancelled", "\(kind): given up", canBeRetried: true) }
        let isAddress =
            (error as? HTTPClientError).map {
                $0 == .invalidURL || $0 == .emptyHost || $0 == .emptyScheme
            } ?? false
        if isAddress { return NotifyError("bad_address", "\(kind): the url is no address", canBeRetried: false) }
        return NotifyError(
            "unreachable",
            "\(kind): no answer: \(hiding(message.secrets, "\(error)"))",
            canBeRetried: true
        )
    }

    /// One line, without what must not be shown.
    static func hiding(_ secrets: [String], _ text: String) -> String {
        var text = text
        for secret in secrets.flatMap(parts) where secret.utf8.count >= 3 {
            text = text.replacing(secret, with: "‹secret›")
        }
        let line = text.split { $0.isNewline }.joined(separator: " ")
        return String(line.prefix(300)).quotedForMessage
    }

    /// Of an address also what stands behind the host, whole and in its parts: far sides repeat it in their answers.
    private static func parts(_ secret: String) -> [String] {
        guard let scheme = secret.firstRange(of: "://") else { return [secret] }
        let path = secret[scheme.upperBound...].drop { $0 != "/" }
        let words = path.split { "/?&=".contains($0) }.map(String.init).filter { $0.utf8.count >= 6 }
        return [secret, String(path)] + words
    }
}
