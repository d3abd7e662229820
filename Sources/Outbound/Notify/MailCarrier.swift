internal import Alerting
internal import FleetModel
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Operations

/// Sends letters by SMTP: STARTTLS or TLS from the first byte, AUTH PLAIN or LOGIN, one deadline for all of it.
struct MailCarrier: Sendable {
    let deadline: Duration

    /// - Throws: `NotifyError`.
    func send(_ letter: Letter, _ settings: EmailSettings) async throws(NotifyError) {
        do {
            let isImplicit = settings.isImplicitTLS ?? (settings.port == 465)
            let channel = try await connect(settings, isImplicit)
            let watch = channel.channel.eventLoop.scheduleTask(in: .milliseconds(deadline.milliseconds)) {
                channel.channel.close(promise: nil)
            }
            defer { watch.cancel() }
            try await channel.executeThenClose { inbound, outbound in
                var talk = MailTalk(
                    replies: inbound.makeAsyncIterator(),
                    outbound: outbound,
                    channel: channel.channel,
                    isSecure: isImplicit
                )
                try await talk.deliver(letter, settings)
            }
        } catch let error as NotifyError {
            throw error
        } catch {
            let what = AnswerJudgement.hiding([letter.password?.plainText ?? ""], "\(error)")
            throw NotifyError("unreachable", "email: \(settings.host):\(settings.port): \(what)", canBeRetried: true)
        }
    }

    private func connect(
        _ settings: EmailSettings,
        _ isImplicit: Bool
    ) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(.seconds(10))
            .connect(host: settings.host, port: settings.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if isImplicit { try channel.pipeline.syncOperations.addHandler(Self.tls(settings)) }
                    return try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(inboundType: ByteBuffer.self, outboundType: ByteBuffer.self)
                    )
                }
            }
    }

    static func tls(_ settings: EmailSettings) throws -> NIOSSLClientHandler {
        let context = try NIOSSLContext(configuration: TLSClient.configuration(settings.tls))
        let name = settings.tls.serverName.isEmpty ? settings.host : settings.tls.serverName
        let isNumeric =
            name.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") } || name.contains(":")
        return try NIOSSLClientHandler(context: context, serverHostname: isNumeric ? nil : name)
    }
}

/// One conversation.
struct MailTalk {
    var replies: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    let channel: any Channel
    var isSecure: Bool
    private var waiting: [UInt8] = []

    init(
        replies: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        channel: any Channel,
        isSecure: Bool
    ) {
        self.replies = replies
        self.outbound = outbound
        self.channel = channel
        self.isSecure = isSecure
    }

    private struct Reply {
        var code: Int
        var lines: [String]
    }

    mutating func deliver(_ letter: Letter, _ settings: EmailSettings) async throws {
        try check(try await reply(), 220, "the greeting")
        var abilities = try await hello(settings)
        if !isSecure, abilities.contains("STARTTLS") {
            try check(try await ask("STARTTLS"), 220, "STARTTLS")
            // What came in the clear before the key exchange counts for nothing.
            waiting = []
            try await channel.eventLoop.submit { [channel] in
                try channel.pipeline.syncOperations.addHandler(MailCarrier.tls(settings), position: .first)
            }.get()
            isSecure = true
            abilities = try await hello(settings)
        }
        guard isSecure || !settings.requiresTLS else {
            throw NotifyError(
                "no_tls",
                "email: \(settings.host) offers no STARTTLS",
                advice: "set require_tls: false only where the way to it is safe",
                canBeRetried: false
            )
        }
        if !letter.username.isEmpty { try await logIn(letter, settings, abilities) }
        try check(try await ask("MAIL FROM:<\(letter.sender)>"), 250, "MAIL FROM")
        for recipient in letter.recipients { try check(try await ask("RCPT TO:<\(recipient)>"), 250, "RCPT TO") }
        try check(try await ask("DATA"), 354, "DATA")
        try await outbound.write(ByteBuffer(bytes: Self.stuffed(letter.bytes) + Array(".\r\n".utf8)))
        try check(try await reply(), 250, "the letter")
        // Taken is taken: how it says good-bye is not looked at.
        do { try await outbound.write(ByteBuffer(string: "QUIT\r\n")) } catch { return }
    }

    private mutating func hello(_ settings: EmailSettings) async throws -> Set<String> {
        let name = settings.hello.filter { $0.isASCII && !$0.isWhitespace && !$0.isNewline }
        let answer = try await ask("EHLO \(name.isEmpty ? "localhost" : name)")
        try check(answer, 250, "EHLO")
        return Set(answer.lines.dropFirst().map { $0.uppercased() })
    }

    private mutating func logIn(_ letter: Letter, _ settings: EmailSettings, _ abilities: Set<String>) async throws {
        let password = letter.password?.plainText ?? ""
        let ways = abilities.first { $0.hasPrefix("AUTH ") }?.split(separator: " ") ?? []
        guard isSecure || ["localhost", "127.0.0.1", "::1"].contains(settings.host) else {
            throw NotifyError(
                "no_tls",
                "email: a password is not sent in the clear to \(settings.host)",
                canBeRetried: false
            )
        }
        if ways.contains("PLAIN") {
            let words = "\(settings.identity)\0\(letter.username)\0\(password)"
            try check(try await ask("AUTH PLAIN " + Base64.text(Array(words.utf8))), 235, "the log-in")
        } else if ways.contains("LOGIN") {
            try check(try await ask("AUTH LOGIN"), 334, "the log-in")
            try check(try await ask(Base64.text(Array(letter.username.utf8))), 334, "the log-in")
            try check(try await ask(Base64.text(Array(password.utf8))), 235, "the log-in")
        } else {
            throw NotifyError(
                "no_login",
                "email: \(settings.host) offers neither AUTH PLAIN nor LOGIN",
                canBeRetried: false
            )
        }
    }

    /// A line that begins with a dot gets another one.
    private static func stuffed(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isAtStart = true
        for byte in bytes {
            if isAtStart, byte == UInt8(ascii: ".") { result.append(byte) }
            result.append(byte)
            isAtStart = byte == UInt8(ascii: "\n")
        }
        return result
    }

    private mutating func ask(_ line: String) async throws -> Reply {
        try await outbound.write(ByteBuffer(string: line + "\r\n"))
        return try await reply()
    }

    private mutating func reply() async throws -> Reply {
        var lines: [String] = []
        while lines.count < 100 {
            let line = try await line()
            lines.append(String(line.dropFirst(4)))
            if line.utf8.count < 4 || line.utf8.dropFirst(3).first != UInt8(ascii: "-") {
                return Reply(code: Int(line.prefix(3)) ?? 0, lines: lines)
            }
        }
        throw NotifyError("bad_answer", "email: an answer without an end", canBeRetried: true)
    }

    private mutating func line() async throws -> String {
        while true {
            if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                let line = waiting[..<end].filter { $0 != UInt8(ascii: "\r") }
                waiting.removeFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            guard waiting.count < 64 << 10, let part = try await replies.next(isolation: #isolation) else {
                throw NotifyError(
                    "unreachable",
                    "email: the server ended the conversation or said nothing in time",
                    canBeRetried: true
                )
            }
            waiting += part.readableBytesView
        }
    }

    /// 4xx can be tried again, 5xx not.
    private func check(_ reply: Reply, _ wanted: Int, _ step: String) throws {
        guard reply.code != wanted, !(wanted == 250 && reply.code == 251) else { return }
        let said = AnswerJudgement.hiding([], reply.lines.joined(separator: " "))
        throw NotifyError(
            "mail_refused",
            "email: \(step) was answered by \(reply.code): \(said)",
            canBeRetried: (400..<500).contains(reply.code)
        )
    }
}
