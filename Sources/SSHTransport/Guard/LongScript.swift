import FleetModel
import Operations

/// Scripts that are too long for a command line: dropbear takes 9,000 bytes, Linux 128 KiB in one word.
///
/// They travel as the first bytes of stdin. `dd` takes exactly their bytes, one by one, so that what follows is left
/// for the script's own stdin.
enum LongScript {
    private static let longest = 8000

    /// The line for the log-in shell, and what has to go before the command's own standard input.
    static func line(
        for command: Command,
        nonce: String?,
        elevation: Elevation? = nil,
        shell: LoginShell? = nil
    ) -> (text: String, prefix: [UInt8]) {
        let plain = ShellEnvelope.line(for: command, nonce: nonce, elevation: elevation, shell: shell)
        guard let shortened = shortened(command, line: plain) else { return (plain, []) }
        let line = ShellEnvelope.line(for: shortened.command, nonce: nonce, elevation: elevation, shell: shell)
        return (line, shortened.prefix)
    }

    /// The same work with a short command line, where the line would be too long.
    static func shortened(_ command: Command, line: String) -> (command: Command, prefix: [UInt8])? {
        guard line.utf8.count > longest, case .script(let text, let arguments) = command else { return nil }
        let bytes = Array(text.utf8)
        let receiver = """
            _s=$(dd bs=1 count="$1" 2>/dev/null; echo .)
            shift
            eval "${_s%.}"
            """
        return (.script(receiver, arguments: ["\(bytes.count)"] + arguments), bytes)
    }
}
