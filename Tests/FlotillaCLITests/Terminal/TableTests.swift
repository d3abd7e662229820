import FleetModel
import Testing

@testable import FlotillaCLI

@Suite struct TableTests {
    private static let columns = [
        Table.Column("name", minimum: 6), Table.Column("status"), Table.Column("memory", .none, .right),
        Table.Column("location", minimum: 4),
    ]

    private func table() -> Table {
        Table(
            Self.columns,
            rows: [
                [Cell("pi-01"), .status(.up), .bytes(1.2e9), .text("日本 rack 4, Frankfurt")],
                [
                    Cell("a-node-with-a-long-name"), .status(.down(code: "x", reason: "y")), .none,
                    .text("say \"hi\"\u{1B}[2J"),
                ],
            ],
            notes: [StyledText("2 nodes", .muted)]
        )
    }

    private func terminal(_ columns: Int) -> TerminalContext {
        TerminalContext(isTerminal: true, size: TerminalSize(columns: columns, rows: 24))
    }

    @Test func `off a terminal nothing is cut and no sign stands`() {
        #expect(
            table().text(on: .plain) == """
                NAME                     STATUS  MEMORY  LOCATION
                pi-01                    up      1.2 GB  日本 rack 4, Frankfurt
                a-node-with-a-long-name  down         -  say "hi"^[[2J
                2 nodes

                """
        )
    }

    @Test func `on a terminal the widest column gives first`() {
        #expect(
            table().text(on: terminal(50)) == """
                NAME              STATUS  MEMORY  LOCATION
                pi-01             ● up    1.2 GB  日本 rack 4, Fr…
                a-node-with-a-l…  ✖ down       –  say "hi"^[[2J
                2 nodes

                """
        )
    }

    @Test(arguments: 1...90)
    func `no line is ever wider than the terminal`(columns: Int) {
        let lines = table().lines(on: terminal(columns))
        #expect(lines.allSatisfy { $0.width <= columns })
    }

    @Test func `no line ends in blanks`() {
        #expect(table().text(on: .plain).split(separator: "\n").allSatisfy { $0.last != " " })
    }

    @Test func `a table without rows says so`() {
        #expect(Table(Self.columns, empty: "no nodes yet").text(on: .plain) == "no nodes yet\n")
    }

    @Test func `CSV has raw values, quoted as the standard wants it`() {
        #expect(
            table().text(as: .csv, on: .plain, yaml: { _ in "" }) == """
                name,status,memory,location
                pi-01,up,1200000000.0,"日本 rack 4, Frankfurt"
                a-node-with-a-long-name,down,,"say ""hi""\u{1B}[2J"

                """
        )
    }

    @Test func `JSON holds the raw figures and no character that a terminal obeys`() {
        let wild = Table([Table.Column("text")], rows: [[Cell("a\u{9B}31m\u{202E}\u{E0041}\tä")]])
        let text = wild.text(as: .ndjson, on: .plain, yaml: { _ in "" })
        #expect(text == #"{"text":"a\u009B31m\u202E\uDB40\uDC41\tä"}"# + "\n")
        #expect(
            table().document
                == .array([
                    ["name": "pi-01", "status": "up", "memory": 1_200_000_000.0, "location": "日本 rack 4, Frankfurt"],
                    [
                        "name": "a-node-with-a-long-name", "status": "down", "memory": .null,
                        "location": "say \"hi\"\u{1B}[2J",
                    ],
                ])
        )
    }

    @Test func `YAML is written by whoever is asked to`() {
        #expect(table().text(as: .yaml, on: .plain, yaml: { _ in "x: 1" }) == "x: 1\n")
    }

    @Test func `a record shows its fields by section`() {
        let record = Record([
            .init("", [.init("name", "Name", Cell("pi-01"))]),
            .init(
                "Figures",
                [.init("memory", "Memory", .bytes(5e8)), .init("uptime", "Uptime", .duration(.seconds(90)))]
            ),
        ])
        #expect(
            record.text(as: .table, on: .plain, yaml: { _ in "" }) == """
                Name    pi-01

                Figures
                Memory  500 MB
                Uptime  1 min 30 s

                """
        )
        #expect(record.document == ["name": "pi-01", "memory": 500_000_000.0, "uptime": 90.0])
        #expect(record.text(as: .csv, on: .plain, yaml: { _ in "" }) == "name,memory,uptime\npi-01,500000000.0,90.0\n")
    }

    @Test func `an error is one block, in words or as JSON`() {
        let error = UsageError(
            "bad_rule",
            "rule “x” has no\u{1B} expr",
            advice: "add expr:\nor remove it",
            at: "rules/a.yml:3:5"
        )
        #expect(
            ErrorBlock(error).text(as: .table, on: .plain) == """
                error: rule “x” has no^[ expr  [usage.bad_rule]
                   at: rules/a.yml:3:5
                   do: add expr:
                       or remove it

                """
        )
        #expect(
            ErrorBlock(UsageError("bad", "a\nb\u{7}")).text(as: .table, on: .plain)
                == "error: a\n       b^G  [usage.bad]\n"
        )
        #expect(
            ErrorBlock(StateError("damaged", "it is")).text(as: .ndjson, on: .plain)
                == #"{"error":{"advice":null,"at":null,"code":"state.damaged","problem":"it is"}}"# + "\n"
        )
    }
}
