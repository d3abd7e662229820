import Glibc

/// What an output can do: colour, glyphs, width. Made once at the edge and handed down.
package struct TerminalContext: Hashable, Sendable {
    package var isTerminal: Bool
    /// Columns and rows; nil off a terminal, where nothing is cut.
    package var size: TerminalSize?
    package var colour: Bool
    package var glyphs: Glyphs

    package init(isTerminal: Bool, size: TerminalSize? = nil, colour: Bool = false, glyphs: Glyphs = .unicode) {
        self.isTerminal = isTerminal
        self.size = size
        self.colour = colour
        self.glyphs = glyphs
    }

    /// A pipe or a file.
    package static let plain = TerminalContext(isTerminal: false)

    /// Decides from the environment: no colour off a terminal, with `NO_COLOR`, `TERM=dumb` or the option.
    package init(
        isTerminal: Bool,
        size: TerminalSize?,
        noColor: Bool,
        environment: (String) -> String?
    ) {
        let terminal = environment("TERM") ?? "dumb"
        let refusesColour = environment("NO_COLOR").map { !$0.isEmpty } ?? false
        self.isTerminal = isTerminal
        self.size = isTerminal ? size ?? .usual : nil
        self.colour = isTerminal && !noColor && !refusesColour && terminal != "dumb"
        self.glyphs = Self.drawsUnicode(terminal: terminal, environment: environment) ? .unicode : .ascii
    }

    /// The context of a file descriptor of this process: 1 for results, 2 for messages.
    package static func of(descriptor: Int32, noColor: Bool) -> TerminalContext {
        TerminalContext(
            isTerminal: isatty(descriptor) == 1,
            size: TerminalSize.of(descriptor: descriptor),
            noColor: noColor,
            environment: { name in getenv(name).map { String(cString: $0) } }
        )
    }

    // Without any locale, as in a bare container, the terminal at the other end nearly always draws UTF-8;
    // who says `C` or `POSIX` or a Latin charset means it. The kernel's own console has no block elements.
    private static func drawsUnicode(terminal: String, environment: (String) -> String?) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(environment).first { !$0.isEmpty }
        guard terminal != "linux", let locale else { return terminal != "linux" }
        let lowered = locale.lowercased()
        return lowered.contains("utf-8") || lowered.contains("utf8")
    }
}

/// The cells of a terminal.
package struct TerminalSize: Hashable, Sendable {
    package var columns: Int
    package var rows: Int

    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }

    package static let usual = TerminalSize(columns: 80, rows: 24)

    /// Asks the terminal; nil where it does not know or the descriptor is none.
    package static func of(descriptor: Int32) -> TerminalSize? {
        var window = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return nil
        }
        return TerminalSize(columns: Int(window.ws_col), rows: Int(window.ws_row))
    }
}
