internal import FleetModel

/// What `ansible_ssh_common_args` and its like say about the way to a host.
struct SSHArguments {
    /// The jump hosts in the order of travel.
    private(set) var jumps: [JumpSpecification] = []
    private(set) var port: String?
    private(set) var user: String?
    private(set) var identityFile: String?
    /// A way through another host that is no plain jump.
    private(set) var strangeProxy: String?

    /// The text is a command line's worth of `ssh` arguments.
    init(_ text: String) {
        guard let words = try? ShellWords.split(text).map(\.text) else { return }
        var index = words.startIndex
        while index < words.endIndex {
            let word = words[index]
            index += 1
            guard word.hasPrefix("-"), let letter = word.dropFirst().first, "JopiWl".contains(letter) else { continue }
            var argument = String(word.dropFirst(2))
            if argument.isEmpty, index < words.endIndex {
                argument = words[index]
                index += 1
            }
            take(letter, argument)
        }
    }

    private mutating func take(_ letter: Character, _ argument: String) {
        switch letter {
        case "J": jumps = JumpSpecification.list(argument)
        case "p": port = argument
        case "l": user = argument
        case "i": identityFile = argument
        case "o": takeOption(argument)
        default: break
        }
    }

    /// `Key=value` or `Key value`, the key in any case.
    private mutating func takeOption(_ option: String) {
        guard let split = option.firstIndex(where: { $0 == "=" || $0 == " " }) else { return }
        let key = option[..<split].lowercased()
        let value = String(option[split...].drop { $0 == "=" || $0 == " " }.trimmed)
        switch key {
        case "proxyjump": jumps = JumpSpecification.list(value)
        case "proxycommand" where value.lowercased() != "none":
            if let jump = JumpSpecification.proxyCommand(value) { jumps = [jump] } else { strangeProxy = value }
        case "port": port = value
        case "user": user = value
        case "identityfile": identityFile = value
        default: break
        }
    }
}

/// One hop of `-J`: `[user@]host[:port]` or an `ssh://` address.
struct JumpSpecification: Hashable {
    var user: String?
    var host: String
    var port: String?

    static func list(_ text: String) -> [JumpSpecification] {
        guard text.lowercased() != "none" else { return [] }
        return text.split(separator: ",").map { JumpSpecification(String($0.trimmed)) }
    }

    init(_ text: String) {
        var rest = text.hasPrefix("ssh://") ? text.dropFirst(6) : text[...]
        if rest.hasSuffix("/") { rest.removeLast() }
        if let at = rest.lastIndex(of: "@") {
            user = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        if rest.hasPrefix("["), let close = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<close])
            let tail = rest[rest.index(after: close)...]
            if tail.hasPrefix(":") { port = String(tail.dropFirst()) }
        } else if rest.count(where: { $0 == ":" }) == 1, let colon = rest.firstIndex(of: ":") {
            host = String(rest[..<colon])
            port = String(rest[rest.index(after: colon)...])
        } else {
            host = String(rest)
        }
    }

    /// The hop of `ssh -W %h:%p [-p PORT] [-l USER] HOST`; nil for every other command.
    static func proxyCommand(_ text: String) -> JumpSpecification? {
        guard let words = try? ShellWords.split(text).map(\.text), let program = words.first,
            TextPath.name(of: program) == "ssh", words.contains(where: { $0.hasPrefix("-W") })
        else { return nil }
        var jump: JumpSpecification?
        var arguments = words.dropFirst()
        var options = ""
        while let word = arguments.popFirst() {
            if word.hasPrefix("-") {
                options += " " + ShellQuoting.quote(word)
                let takesValue = word.count == 2 && word.last.map { "BbcDEeFIiJLlmOopQRSWw".contains($0) } == true
                if takesValue, let value = arguments.popFirst() { options += " " + ShellQuoting.quote(value) }
            } else if jump == nil {
                jump = JumpSpecification(word)
            }
        }
        let given = SSHArguments(options)
        guard var found = jump else { return nil }
        found.user = found.user ?? given.user
        found.port = found.port ?? given.port
        return found
    }
}
