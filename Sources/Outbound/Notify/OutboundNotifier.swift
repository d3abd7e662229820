package import Alerting
internal import Crypto
package import FleetModel
package import GoTemplate
package import Operations
internal import Synchronization

/// Sends notices to webhooks, chats and pagers by HTTP, and by mail.
package final class OutboundNotifier: Notifier {
    /// The bytes of a small file, such as a token's.
    package typealias FileReader = @Sendable (_ path: String) throws -> [UInt8]

    private let templates: Mutex<GoTemplate>
    private let externalURL: String
    private let readFile: FileReader
    private let zone: AlertFunctions.ZoneLookUp
    private let http: HTTPCarrier
    private let mail: MailCarrier

    /// - `templates`: the defaults and the user's.
    /// - `externalURL`: where our own pages are; empty where there are none.
    /// - `deadline`: of one try, where the settings say none.
    package init(
        templates: GoTemplate,
        externalURL: String,
        readFile: @escaping FileReader,
        zone: @escaping AlertFunctions.ZoneLookUp = { name, _ in name == "UTC" ? .utc : nil },
        deadline: Duration = .seconds(30)
    ) {
        self.templates = Mutex(templates)
        self.externalURL = externalURL
        self.readFile = readFile
        self.zone = zone
        http = HTTPCarrier(deadline: deadline)
        mail = MailCarrier(deadline: deadline)
    }

    /// Goes on with other templates: the configuration was read again.
    package func use(_ templates: GoTemplate) { self.templates.withLock { $0 = templates } }

    package func send(_ notice: Notice, over integration: Integration, at now: Timestamp) async throws(NotifyError) {
        switch try work(notice, integration, now) {
        case .letter(let letter, let settings): try await mail.send(letter, settings)
        case .message(let message): try await http.send(message, kind: integration.kind)
        }
    }

    private enum Work {
        case letter(Letter, EmailSettings)
        case message(OutgoingMessage)
    }

    private func work(_ notice: Notice, _ integration: Integration, _ now: Timestamp) throws(NotifyError) -> Work {
        let composer = composer(now)
        do throws(MessageError) {
            if case .email(let settings) = integration.settings {
                return .letter(try composer.letter(notice, settings, at: now), settings)
            }
            if let message = try composer.message(notice, integration.settings) { return .message(message) }
            throw MessageError("unsupported", "nothing can be sent this way")
        } catch {
            throw NotifyError(
                error.reason,
                "\(integration.kind): \(error.problem)",
                advice: error.advice,
                canBeRetried: error.reason == "secret_file"
            )
        }
    }

    /// Ends what is open.
    package func shutdown() async { await http.shutdown() }

    private func composer(_ now: Timestamp) -> MessageComposer {
        MessageComposer(
            templates: templates.withLock { $0 }.with(functions: AlertFunctions.table(now: now, zone: zone)),
            externalURL: externalURL,
            secret: { [readFile] source throws(MessageError) in
                switch source {
                case .value(let secret): return secret.plainText
                case .file(let path):
                    guard let bytes = try? readFile(path) else {
                        throw MessageError(
                            "secret_file",
                            "the file \(path.quotedForMessage) cannot be read",
                            advice: "it must be there and readable for the user who runs the daemon"
                        )
                    }
                    return String(decoding: bytes, as: UTF8.self)
                }
            },
            digest: { text in
                SHA256.hash(data: Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            }
        )
    }
}
