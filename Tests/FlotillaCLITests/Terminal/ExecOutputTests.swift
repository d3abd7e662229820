import FleetModel
import Testing

@testable import FlotillaCLI

@Suite struct ExecOutputTests {
    private static func result(_ stdout: String, _ exit: Int32 = 0, stderr: String = "") -> CommandResult {
        CommandResult(ending: .exited(exit), stdout: .init(Array(stdout.utf8)), stderr: .init(Array(stderr.utf8)))
    }

    private static func fold(_ nodes: [NodeName]) -> String {
        nodes.map(\.text).joined(separator: ",")
    }

    private static func folded(_ results: [String: CommandResult]) throws -> FoldedOutput {
        var named: [NodeName: CommandResult] = [:]
        for (name, result) in results { named[try NodeName(name)] = result }
        return FoldedOutput(named, fold: fold)
    }

    private static func text(_ lines: [StyledText]) -> String {
        lines.map(\.plain).joined(separator: "\n")
    }

    @Test func `lines of two nodes never mix and partial lines wait`() throws {
        let (one, two) = (try NodeName("pi-01"), try NodeName("pi-two"))
        var live = LiveOutput(nodes: [one, two])
        #expect(live.take(OutputChunk(.stdout, Array("hel".utf8)), from: one).isEmpty)
        #expect(
            live.take(OutputChunk(.stdout, Array("other\nx\u{1B}[2J\n".utf8)), from: two).map(\.text.plain)
                == ["pi-two │ other", "pi-two │ x^[[2J"]
        )
        #expect(
            live.take(OutputChunk(.stderr, Array("oops\n".utf8)), from: one)
                == [
                    .init(
                        channel: .messages,
                        text: StyledText("pi-01 ", .ofNode("pi-01")) + StyledText(" ! ", .warning) + "oops"
                    )
                ]
        )
        #expect(
            live.take(OutputChunk(.stdout, Array("lo\nend".utf8)), from: one).map(\.text.plain) == ["pi-01  │ hello"]
        )
        #expect(live.finish(one).map(\.text.plain) == ["pi-01  │ end"])
        #expect(live.finish(one).isEmpty)
    }

    @Test(arguments: [("a\r\nb\n", ["a", "b"]), ("1%\r2%\r\n", ["1%", "2%"]), ("\n\n", ["", ""]), ("\r", [""])])
    func `every kind of line end ends a line, whole or in single bytes`(text: String, lines: [String]) {
        var whole = LineAssembler()
        #expect(whole.take(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } == lines)
        var single = LineAssembler()
        #expect(text.utf8.flatMap { single.take([$0]) }.map { String(decoding: $0, as: UTF8.self) } == lines)
    }

    @Test func `an endless line is cut into pieces`() {
        var assembler = LineAssembler()
        let lines = assembler.take([UInt8](repeating: 0x61, count: 40_000))
        #expect(lines.map(\.count) == [LineAssembler.longest, LineAssembler.longest])
        #expect(assembler.rest?.count == 40_000 - 2 * LineAssembler.longest)
    }

    @Test func `equal outputs are shown once and the one that differs as a difference`() throws {
        let usual = "PRETTY\nVERSION=12\nID=debian\n"
        let output = try Self.folded([
            "pi-1": Self.result(usual), "pi-2": Self.result(usual), "pi-3": Self.result(usual),
            "pi-4": Self.result("PRETTY\nVERSION=11\nID=debian\n"),
        ])
        #expect(
            Self.text(output.results) == """
                pi-1,pi-2,pi-3 (3):
                  PRETTY
                  VERSION=12
                  ID=debian
                pi-4 (1):  differs from pi-1,pi-2,pi-3
                  @@ -1,3 +1,3 @@
                   PRETTY
                  -VERSION=12
                  +VERSION=11
                   ID=debian
                """
        )
    }

    @Test func `single lines stand beside the names`() throws {
        let output = try Self.folded([
            "a": Self.result("6.1\n"), "b": Self.result("6.1\n"), "c": Self.result("5.15\n"), "d": Self.result("", 3),
        ])
        #expect(
            Self.text(output.results) == """
                a,b (2): 6.1
                c (1): 5.15
                d (1) exit 3: no output
                """
        )
        let three = try Self.folded(["a": Self.result("6.1\n"), "b": Self.result("6.1\n"), "c": Self.result("5.15\n")])
        #expect(
            Self.text(three.results) == """
                a,b (2): 6.1
                c (1):  differs from a,b
                  -6.1
                  +5.15
                """
        )
    }

    @Test func `a non-zero exit with its messages is marked`() throws {
        let output = try Self.folded([
            "a": Self.result("x\n", 1, stderr: "no such\u{7} file\n"), "b": Self.result("y\n"),
        ])
        #expect(
            Self.text(output.results) == """
                a (1) exit 1:
                  x
                ! no such^G file
                b (1): y
                """
        )
    }

    @Test func `what was cut off or spilled is told`() throws {
        let spilled = CommandResult(
            ending: .exited(0),
            stdout: CapturedOutput(Array("head\n".utf8), spill: "/tmp/a.out", total: 1_200_005, isTruncated: true)
        )
        #expect(
            Self.text(try Self.folded(["a": spilled]).results) == """
                a (1):
                  head
                  … 1.2 MB more, all that was kept is in /tmp/a.out, cut off at the limit
                """
        )
    }

    @Test func `nodes that fail for one reason are one block with a few examples`() throws {
        func refused(_ number: Int) throws -> CommandResult {
            CommandResult(
                ending: .failed(
                    RemoteError(
                        .connectRefused,
                        try NodeName("pi-\(number)"),
                        "pi-\(number): 10.0.0.\(number):22 refuses",
                        advice: "start sshd"
                    )
                )
            )
        }
        let five = Dictionary(uniqueKeysWithValues: try (1...5).map { ("pi-\($0)", try refused($0)) })
        let output = try Self.folded(five)
        #expect(output.results.isEmpty)
        #expect(
            Self.text(output.failures) == """
                pi-1,pi-2,pi-3,pi-4,pi-5 (5): ssh.connect_refused
                  pi-1: 10.0.0.1:22 refuses
                  pi-2: 10.0.0.2:22 refuses
                  pi-3: 10.0.0.3:22 refuses
                  … and 2 more like these
                  do: start sshd
                """
        )
        #expect(
            Self.text(try Self.folded(["pi-1": refused(1)]).failures) == """
                pi-1: 10.0.0.1:22 refuses  [ssh.connect_refused]
                  do: start sshd
                """
        )
    }

    @Test func `the summary counts every node that was asked`() throws {
        let node = try NodeName("a")
        let results = [
            Self.result(""), Self.result("", 2), CommandResult(ending: .signalled("TERM")),
            CommandResult(ending: .failed(RemoteError(.connectTimeout, node, "x"))),
            CommandResult(ending: .failed(RemoteError(.timeout, node, "x"))),
            CommandResult(ending: .failed(RemoteError(.cancelled, node, "x"))),
        ]
        let summary = RunSummary(results, asked: 8)
        #expect(
            summary.line(elapsed: .seconds(2.3)).plain
                == "8 nodes: 1 ok, 2 exit not 0, 1 unreachable, 1 failed, 1 cut short, 2 not begun in 2.3 s"
        )
        #expect(!summary.isSuccess)
        #expect(RunSummary([Self.result("")], asked: 1).isSuccess)
    }

    @Test(arguments: [20, 40, 80, 200])
    func `a progress bar keeps to its line`(columns: Int) {
        let bar = Progress(total: 1200, done: 300, failed: 2).bar(
            elapsed: .seconds(30),
            columns: columns,
            glyphs: .unicode
        )
        #expect(bar.width <= columns)
        #expect(columns < 80 || bar.plain.hasSuffix("300/1,200  2 failed  30 s, 1 min 30 s left"))
    }

    @Test func `the sticky line is taken away before anything is printed`() {
        var sticky = StickyLine(colour: false)
        #expect(sticky.hide() == "")
        #expect(sticky.show("42/100") == "\r42/100\u{1B}[K")
        #expect(sticky.hide() == "\r\u{1B}[K")
        #expect(sticky.hide() == "")
    }

    @Test func `the report has the exit code or the error of each node`() throws {
        let node = try NodeName("a")
        let failed = CommandResult(ending: .failed(RemoteError(.timeout, node, "a: too slow")))
        let document = ExecDocument(results: [(node: node, result: failed)]).document
        let members = try #require(document.object?["nodes"]?.object?["a"]?.object)
        #expect(members["exit"] == .null)
        #expect(members["error"]?.object?["code"] == "exec.timeout")
        #expect(members["error"]?.object?["advice"] != nil)
        let event = ExecDocument.resultLine(Self.result("hi\n"), of: node, at: Timestamp(milliseconds: 0))
        #expect(event.contains(#""event":"finished""#) && event.contains(#""exit":0"#) && event.hasSuffix("}\n"))
    }
}
