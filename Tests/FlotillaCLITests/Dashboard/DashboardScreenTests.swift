import FleetModel
import Testing

@testable import FlotillaCLI

@Suite struct DashboardScreenTests {
    private static let small = TerminalSize(columns: 80, rows: 24)

    private func screen(
        _ model: DashboardModel,
        _ state: DashboardState,
        _ size: TerminalSize = small,
        glyphs: Glyphs = .unicode
    ) -> [StyledText] {
        DashboardScreen(model, state, size: size, glyphs: glyphs, now: DashboardFixture.now).lines
    }

    @Test(arguments: [("list-80x24", 80, 24), ("list-120x30", 120, 30), ("list-200x50", 200, 50)])
    func `the list looks as it was agreed`(name: String, columns: Int, rows: Int) throws {
        let model = try DashboardFixture.model(60)
        try expectGolden(screen(model, DashboardState(model), TerminalSize(columns: columns, rows: rows)), name)
    }

    @Test func `without Unicode signs and pictures are ASCII`() throws {
        let model = DashboardModel(
            at: DashboardFixture.now,
            nodes: Array(try DashboardFixture.model(12).nodes.filter { $0.pipe != nil })
        )
        let lines = screen(model, DashboardState(model), glyphs: .ascii)
        try expectGolden(lines, "list-ascii")
    }

    @Test func `the page of a node shows its last hour`() throws {
        let model = try DashboardFixture.model(10)
        var state = DashboardState(model)
        state.selected = try NodeName("pop-01")
        #expect(state.handle(.enter, model, room: 10) == .readDetail(try NodeName("pop-01")))
        try expectGolden(screen(model, state), "node-waiting")
        state.show(DashboardFixture.detail(), of: try NodeName("pop-01"))
        try expectGolden(screen(model, state), "node")
    }

    @Test func `the help fits the smallest usual terminal`() throws {
        let model = try DashboardFixture.model(3)
        var state = DashboardState(model)
        _ = state.handle(.character("?"), model, room: 10)
        try expectGolden(screen(model, state), "help")
    }

    @Test func `an empty fleet says how to begin`() throws {
        let model = DashboardModel(at: DashboardFixture.now, nodes: [])
        try expectGolden(screen(model, DashboardState(model), TerminalSize(columns: 60, rows: 8)), "empty")
    }

    @Test(arguments: [1, 5, 10, 24, 60], [1, 7, 20, 40, 79, 80, 81, 132, 250])
    func `a frame fills the terminal exactly and is never wider`(rows: Int, columns: Int) throws {
        let model = try DashboardFixture.model(70)
        var state = DashboardState(model)
        let size = TerminalSize(columns: columns, rows: rows)
        for key in [Key.end, .character("?"), .escape, .enter, .escape, .character("/"), .character("x")] {
            let lines = screen(model, state, size)
            #expect(lines.count == rows)
            #expect(lines.allSatisfy { $0.width <= columns }, "before \(key)")
            _ = state.handle(key, model, room: DashboardScreen.room(model, state, size: size))
        }
    }

    @Test func `hostile text from nodes and files is written out`() throws {
        var model = try DashboardFixture.model(4)
        model.nodes[0].location = "\u{1B}]0;owned\u{7}"
        model.nodes[1].status = .down(code: "x", reason: "bad\u{1B}[2J\u{202E}")
        let text = screen(model, DashboardState(model), TerminalSize(columns: 220, rows: 24)).map(\.plain).joined(
            separator: "\n"
        )
        #expect(text.contains("bad^[[2J<U+202E>") && text.contains("^[]0;owned^G"))
        #expect(!text.unicodeScalars.contains { $0.value != 0x0A && TerminalText.isHostile($0) })
    }

    @Test func `only lines that changed are drawn`() {
        var painter = FramePainter(colour: false)
        let size = TerminalSize(columns: 10, rows: 3)
        #expect(
            painter.paint(["one", "two", "three"], size: size)
                == "\u{1B}[H\u{1B}[2J\u{1B}[1;1Hone\u{1B}[K\u{1B}[2;1Htwo\u{1B}[K\u{1B}[3;1Hthree\u{1B}[K"
        )
        #expect(painter.paint(["one", "TWO", "three"], size: size) == "\u{1B}[2;1HTWO\u{1B}[K")
        #expect(painter.paint(["one", "TWO", "three"], size: size) == "")
        #expect(
            painter.paint(["1234567890", "", ""], size: TerminalSize(columns: 10, rows: 4)).hasPrefix(
                "\u{1B}[H\u{1B}[2J"
            )
        )
    }

    @Test func `off a terminal it is one table, and CSV has raw figures`() throws {
        let model = try DashboardFixture.model(12)
        let table = model.table(at: DashboardFixture.now)
        try expectGolden(table.lines(on: .plain), "once")
        let csv = table.text(as: .csv, on: .plain, yaml: { _ in "" })
        #expect(csv.hasPrefix("node,state,cpu_percent,memory_percent,disk_percent,load,temperature_celsius,"))
        let down = try #require(csv.split(separator: "\n").first { $0.contains(",down,") })
        #expect(down.hasPrefix("pi-ntp-02,down,,,,"), "figures of a node that is down are not shown as present")
    }
}
