import Testing

@testable import FlotillaCLI

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ([UInt8]("plain text".utf8), "plain text"), (Array("tab\tstays".utf8), "tab\tstays"),
        (Array("ä 日本 😀".utf8), "ä 日本 😀"),
        (Array("\u{1B}[2J\u{7}".utf8), "^[[2J^G"), (Array("a\rb\nc".utf8), "a^Mb^Jc"), ([0x7F], "^?"), ([0], "^@"),
        (Array("\u{9B}31m".utf8), "<U+009B>31m"), ([0x9B, 0x33], "<9B>3"),
        (Array("\u{202E}gpj.exe".utf8), "<U+202E>gpj.exe"),
        ([0xFF, 0x61, 0xC3], "<FF>a<C3>"), ([0xE2, 0x82, 0x41], "<E2><82>A"), ([0xED, 0xA0, 0x80], "<ED><A0><80>"),
        ([0xC0, 0xAF], "<C0><AF>"), (Array("a\u{200B}b\u{FEFF}".utf8), "a<U+200B>b<U+FEFF>"),
        (Array("\u{E0041}".utf8), "<U+E0041>"), (Array("👩‍👧".utf8), "👩‍👧"), ([], ""),
    ])
    func `bytes that could steer a terminal are written out`(bytes: [UInt8], shown: String) {
        #expect(TerminalText.visible(bytes) == shown)
    }

    @Test func `no sequence of bytes leaves a control character but the tab`() {
        var generator = SplitMix(state: 7)
        for _ in 0..<3000 {
            let bytes = (0..<24).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 24) }
            let shown = TerminalText.visible(bytes)
            #expect(!shown.unicodeScalars.contains(where: TerminalText.isHostile), "\(bytes)")
            #expect(TerminalText.visible(shown) == shown)
        }
    }

    @Test(arguments: [
        ("a\nb\n", ["a", "b"]), ("a\r\nb", ["a", "b"]), ("\n\nx", ["", "", "x"]), ("", []), ("a\rb\n", ["a^Mb"]),
    ])
    func `line feeds part lines`(text: String, lines: [String]) {
        #expect(TerminalText.visibleLines(Array(text.utf8)) == lines)
    }

    @Test(arguments: [
        (true, ["TERM": "xterm"], false, true), (false, ["TERM": "xterm"], false, false),
        (true, ["TERM": "dumb"], false, false),
        (true, [:], false, false), (true, ["TERM": "xterm", "NO_COLOR": "1"], false, false),
        (true, ["TERM": "xterm", "NO_COLOR": ""], false, true), (true, ["TERM": "xterm"], true, false),
    ])
    func `colour needs a terminal that wants it`(
        isTerminal: Bool,
        environment: [String: String],
        noColor: Bool,
        colour: Bool
    ) {
        let context = TerminalContext(isTerminal: isTerminal, size: nil, noColor: noColor) { environment[$0] }
        #expect(context.colour == colour)
    }

    @Test(arguments: [
        ([:], true), (["LANG": "C"], false), (["LANG": "de_DE.UTF-8"], true),
        (["LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"], false),
        (["LC_ALL": "", "LANG": "C.utf8"], true), (["TERM": "linux", "LANG": "C.UTF-8"], false),
    ])
    func `glyphs follow the locale`(environment: [String: String], unicode: Bool) {
        let context = TerminalContext(isTerminal: true, size: nil, noColor: false) { environment[$0] }
        #expect(context.glyphs == (unicode ? .unicode : .ascii))
    }

    @Test func `without colour no style leaves a trace`() {
        let text = StyledText("a", .bad) + StyledText("b", .muted) + "c"
        #expect(text.rendered(colour: false) == "abc")
        #expect(text.rendered(colour: true) == "\u{1B}[1;31ma\u{1B}[0m\u{1B}[2mb\u{1B}[0mc")
        #expect(text.width == 3)
    }

    @Test(arguments: [
        ("abcdef", 4, "abc…"), ("日本語", 4, "日…"), ("日本語", 5, "日本…"), ("ab", 2, "ab"), ("ab", 1, "…"), ("ab", 0, ""),
    ])
    func `text is cut to columns with an ellipsis`(text: String, columns: Int, cut: String) {
        #expect(StyledText(text).truncated(to: columns).plain == cut)
        let split = StyledText(String(text.prefix(1)), .good) + StyledText(String(text.dropFirst()), .bad)
        #expect(split.truncated(to: columns).plain == cut)
    }

    @Test func `a node keeps its colour from run to run`() {
        #expect(Style.ofNode("pi-01") == .node(2))
        #expect(Set((0..<40).map { Style.ofNode("pi-\($0)") }).count == 8)
    }
}

/// A small seeded generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
