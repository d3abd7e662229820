import FleetModel
import Operations

/// Writes the line that a log-in shell gets so that our text reaches a POSIX `sh` unchanged, whatever that shell is.
///
/// An operator's words are read by the log-in shell itself, after a mark that names its process. A script is one
/// single-quoted word for `sh -c`: between the quotes stand only bytes that sh, bash, zsh, fish, csh and tcsh all pass on
/// alike: no newline and no `!` (csh), no `\\` and `\'` (fish). Those come from variables that the receiving `sh` fills
/// without a process of its own.
enum ShellEnvelope {
    /// - `nonce`: the mark of the guard; nil for none.
    /// - `shell`: the log-in shell, where it is known: it saves the node a process.
    static func line(
        for command: Command,
        nonce: String?,
        elevation: Elevation? = nil,
        shell: LoginShell? = nil
    ) -> String {
        guard nonce != nil || elevation != nil else { return bareLine(for: command) }
        let mark = nonce.map(ownMark) ?? ""
        switch (command, elevation) {
        case (.verb(let word), _):
            return word
        case (.loginShell(let text), nil):
            return opening(nonce ?? "", shell) + text
        case (.loginShell(let text), let elevation?):
            let inner = "echo \"\(nonce ?? "").\">&2;exec \"$1\" -c \"$2\""
            let words = "sh -c \(quoted(inner)) sh \"${SHELL:-/bin/sh}\" \(quoted(text))"
            return wrapped(mark + sudo(elevation, nonce ?? "") + words, using: [inner, text])
        case (.script(let text, let arguments), nil):
            guard shell?.isPlain == true else { return script(mark, text, arguments) }
            return mark + ShellQuoting.line(["set", "--"] + arguments) + ";eval " + ShellQuoting.quote(text)
        case (.script(let text, let arguments), let elevation?):
            let inner = "echo \"\(nonce ?? "").\">&2\n" + text
            let words = (["sh -c", quoted(inner), "sh"] + arguments.map(quoted)).joined(separator: " ")
            return wrapped(mark + sudo(elevation, nonce ?? "") + words, using: [inner] + arguments)
        }
    }

    /// What stands before an operator's words, on their first line: it names the shell's process and leaves everything
    /// else as it was, line numbers too.
    ///
    /// A shell that is not known gets it from a `sh` that looks at its parent. Should nobody listen any more, that one
    /// ends the shell before the words begin, as the broken pipe does where the shell speaks itself.
    static func opening(_ nonce: String, _ shell: LoginShell?) -> String {
        if shell?.readsPOSIX == true { return "echo \"\(nonce):$$\">&2||exit; " }
        let name = "{ read -r s </proc/$PPID/comm;} 2>/dev/null"
        return "sh -c 'trap \"\" PIPE;\(name);echo \"\(nonce):$PPID:$s\">&2||kill -9 $PPID'; "
    }

    private static func ownMark(_ nonce: String) -> String { "echo \"\(nonce):$$\">&2;" }

    private static func bareLine(for command: Command) -> String {
        switch command {
        case .verb(let text), .loginShell(let text): text
        case .script(let text, let arguments): script("", text, arguments)
        }
    }

    private static func script(_ mark: String, _ text: String, _ arguments: [String]) -> String {
        let words = (["set --"] + arguments.map(quoted)).joined(separator: " ")
        return wrapped(mark + words + ";eval \(quoted(text))", using: [text] + arguments)
    }

    private static func sudo(_ elevation: Elevation, _ nonce: String) -> String {
        "exec sudo -H -S -p \"\(nonce)?\" -u \(quoted(elevation.user)) -- "
    }

    /// A word in double quotes for the receiving `sh`.
    private static func quoted(_ text: String) -> String {
        var word = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "$", "`": word += "\\" + String(scalar)
            case "\\": word += "${_b}"
            case "\n": word += "${_n}"
            case "'": word += "${_q}"
            case "!": word += "${_e}"
            default: word.unicodeScalars.append(scalar)
            }
        }
        return word + "\""
    }

    private static func wrapped(_ text: String, using words: [String]) -> String {
        var prologue = ""
        func needs(_ scalar: Unicode.Scalar) -> Bool { words.contains { $0.unicodeScalars.contains(scalar) } }
        if needs("\n") { prologue += "_n=${IFS#??};" }
        if needs("\\") || needs("!") { prologue += "_b=\"\\a\";_b=${_b%a};" }
        if needs("'") { prologue += "_q=\"'\\''\";" }
        // csh takes the backslash away, the others leave it.
        if needs("!") { prologue += "_e=\"\\!\";_e=${_e#\"$_b\"};" }
        return "exec sh -c '\(prologue)\(text)' sh"
    }
}
