import FleetModel

/// The page that explains keys and signs.
struct HelpPage {
    private let screen: DashboardScreen

    init(_ screen: DashboardScreen) {
        self.screen = screen
    }

    var lines: [StyledText] {
        let keys: [(String, String)] = [
            ("↑ ↓  k j", "one node up or down"), ("PgUp PgDn", "one screen"), ("Home End  g G", "first, last"),
            ("Enter", "the node's page with its last hour"),
            ("/", "filter by a selector: @group, pi-*, :down, site=lab"),
            ("s S", "next, previous sorting"), ("r", "reverse the order"), ("Ctrl-L", "draw anew"),
            ("Ctrl-Z", "leave for the shell; fg comes back"), ("q  Ctrl-C", "quit"),
        ]
        let glyphs = screen.glyphs
        let signs: [(StyledText, String)] = [
            (glyphs.text(of: .up), "answered at the last contact"),
            (StyledText(glyphs.alert + " alert", .bad), "answered, and an alert is firing for it"),
            (glyphs.text(of: .down(code: "", reason: "")), "did not; the row says why, its figures are left out"),
            (glyphs.text(of: .unknown), "never contacted"),
            (
                glyphs.text(of: .quarantined(reason: "")),
                "host key changed or locked out: flotilla host-keys accept NODE"
            ),
            (glyphs.bar(0.4, width: 5), "calm; from 80 % a warning, from 95 % bad"),
            (StyledText("+1.2 ms"), "CLOCK: the node's clock minus the controller's"),
        ]
        var lines = [StyledText("Keys", .emphasis)]
        lines += keys.map { StyledText("  ") + StyledText($0.0).fitted(to: 16) + StyledText($0.1, .muted) }
        lines += [StyledText(), StyledText("Signs", .emphasis)]
        lines += signs.map { StyledText("  ") + $0.0.fitted(to: 16) + StyledText($0.1, .muted) }
        let room = max(1, screen.size.rows - 1)
        let filled = lines.prefix(room) + [StyledText](repeating: StyledText(), count: max(0, room - lines.count))
        return filled + [DashboardScreen.keys([("Esc", "back"), ("q", "quit")])]
    }
}
