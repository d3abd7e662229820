package import FleetModel

/// Exporters that listen on a node's own loopback, asked through the node's SSH connection: no open port, no second
/// credential. The target's host names the node; the node asks its `127.0.0.1` at the target's port, with what it has.
package struct NodeExporterDoor: ExporterDoor {
    private let shell: any RemoteShell
    private let registry: RegistryGlance
    private let routes: @Sendable (Inventory) throws -> Routes

    package init(
        shell: any RemoteShell,
        registry: RegistryGlance,
        routes: @escaping @Sendable (Inventory) throws -> Routes
    ) {
        self.shell = shell
        self.registry = registry
        self.routes = routes
    }

    package func fetch(_ request: ExporterRequest) async throws -> ExporterAnswer {
        let (node, port) = try address(request.target.address)
        let path = request.target.path(request.job.parameters)
        guard request.target.scheme == "http" else {
            throw ScrapeError("bad_target", "\(node): only http goes through SSH")
        }
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ScrapeError("bad_target", "\(node): the path holds bytes that no path has")
        }
        let inventory = try await registry.inventory()
        guard let known = inventory.nodes[node] else {
            throw ScrapeError(
                "no_such_node",
                "\(node) is not registered",
                advice: "with via: ssh the target's host is the name of a node: flotilla list"
            )
        }
        let destination = try Self.scrapeErrors { try routes(inventory).destination(to: known, for: .operate) }
        var job = RemoteJob(.script(Self.script, arguments: ["\(port)", path, Self.seconds(request.target.timeout)]))
        job.deadlines.total = request.target.timeout
        // The head of the answer stands before the text.
        job.limits = OutputLimits(memory: request.bodyLimit + 16_384, total: request.bodyLimit + 16_384)
        return try Self.answer(await shell.run(job, on: destination), node, limit: request.bodyLimit)
    }

    private func address(_ text: String) throws(ScrapeError) -> (NodeName, UInt16) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            let node = try? NodeName(String(text[..<colon]))
        else {
            throw ScrapeError("bad_target", "“\(text.quotedForMessage)” is not NODE:PORT, as via: ssh wants it")
        }
        return (node, port)
    }

    private static func scrapeErrors<R>(_ body: () throws -> R) throws(ScrapeError) -> R {
        do {
            return try body()
        } catch {
            let explained = error as? any Explained
            throw ScrapeError("ssh", explained?.problem ?? "\(error)", advice: explained?.advice)
        }
    }

    private static func seconds(_ span: Duration) -> String { "\(max(1, span.milliseconds / 1000))" }

    private static func answer(_ result: CommandResult, _ node: NodeName, limit: Int) throws -> ExporterAnswer {
        if let error = result.error {
            if error.kind == .cancelled { throw CancellationError() }
            throw ScrapeError("ssh", "\(node): \(error.problem)", advice: error.advice)
        }
        guard result.isSuccess else {
            let reason = String(result.stderr.text.prefix(200)).quotedForMessage
            throw ScrapeError("failed", "\(node): the exporter cannot be asked: \(reason)")
        }
        guard result.stdout.total <= limit + 16_384 else { throw ScrapeError("body_too_large", "\(node): too long") }
        return try HTTPAnswer(result.stdout.head).exporterAnswer(limit: limit)
    }

    /// Asks for a page in HTTP/1.0, with the first tool that is there; head and body go to the standard output.
    private static let script = """
        ask() { printf 'GET %s HTTP/1.0\\r\\nHost: localhost\\r\\nAccept: application/openmetrics-text;version=1.0.0;\
        q=0.6,text/plain;version=0.0.4;q=0.3\\r\\nUser-Agent: Flotilla\\r\\nConnection: close\\r\\n\\r\\n' "$1"; }
        if command -v curl >/dev/null 2>&1; then
            exec curl -q -s -S -i -0 -g --noproxy '*' --max-time "$3" -H 'Accept: application/openmetrics-text;\
        version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3' "http://127.0.0.1:$1$2"
        elif command -v bash >/dev/null 2>&1; then
            export -n BASH_ENV 2>/dev/null
            ask "$2" | bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 7; cat >&3; exec cat <&3' bash "$1"
        elif command -v nc >/dev/null 2>&1; then
            ask "$2" | nc -w "$3" 127.0.0.1 "$1"
        elif command -v wget >/dev/null 2>&1; then
            printf 'HTTP/1.0 200 OK\\r\\nContent-Type: text/plain; version=0.0.4\\r\\n\\r\\n'
            exec wget -q -T "$3" -O - "http://127.0.0.1:$1$2"
        else
            echo 'the node has none of curl, bash, nc and wget' >&2
            exit 127
        fi
        """
}

/// An answer of HTTP/1, as it came over a plain stream.
struct HTTPAnswer {
    let status: Int
    private(set) var headers: [String: String] = [:]
    private let body: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) throws(ScrapeError) {
        guard let end = Self.endOfHead(bytes) else { throw ScrapeError("bad_answer", "the answer has no head") }
        let lines = String(decoding: bytes[..<end.head], as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = lines.first.map { $0.split(separator: " ") } ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
            throw ScrapeError("bad_answer", "the answer is no HTTP")
        }
        self.status = status
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        body = bytes[end.body...]
    }

    private static func endOfHead(_ bytes: [UInt8]) -> (head: Int, body: Int)? {
        let feed = UInt8(ascii: "\n")
        var index = 0
        while index < min(bytes.count, 16_384) {
            if bytes[index] == feed {
                if index + 1 < bytes.count, bytes[index + 1] == feed { return (index, index + 2) }
                if index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "\r"), bytes[index + 2] == feed {
                    return (index, index + 3)
                }
            }
            index += 1
        }
        return nil
    }

    func exporterAnswer(limit: Int) throws(ScrapeError) -> ExporterAnswer {
        guard status == 200 else { throw ScrapeError("bad_status", "server returned HTTP status \(status)") }
        guard body.count <= limit else {
            throw ScrapeError("body_too_large", "the text is longer than \(limit) bytes", advice: "raise body_size_limit")
        }
        if let length = headers["content-length"].flatMap({ Int($0) }), body.count < length {
            throw ScrapeError("failed", "the answer ends early")
        }
        return ExporterAnswer(body: Array(body), contentType: headers["content-type"] ?? "")
    }
}
