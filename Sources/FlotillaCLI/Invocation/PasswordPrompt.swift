import FleetModel
import Glibc

/// Asks for a secret on the terminal without showing it.
enum PasswordPrompt {
    /// - Throws: `UsageError` without a terminal.
    static func ask(_ prompt: String) throws(UsageError) -> Secret {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else {
            throw UsageError("no_terminal", "a password is wanted and there is no terminal to ask on")
        }
        defer { close(terminal) }
        var before = termios()
        tcgetattr(terminal, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer { tcsetattr(terminal, TCSAFLUSH, &before) }
        write(prompt, to: terminal)
        let bytes = line(from: terminal)
        write("\n", to: terminal)
        return Secret(bytes: bytes)
    }

    private static func write(_ text: String, to terminal: Int32) {
        _ = text.withCString { Glibc.write(terminal, $0, strlen($0)) }
    }

    private static func line(from terminal: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < 1024, read(terminal, &byte, 1) == 1, byte != UInt8(ascii: "\n") { bytes.append(byte) }
        return bytes
    }
}
