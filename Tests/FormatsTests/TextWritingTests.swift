import FleetModel
import Testing

@testable import Formats

@Suite struct TextWritingTests {
    static let traps: [JSONValue] = [
        "yes", "no", "on", "Off", "y", "N", "true", "null", "~", "", " ", " a", "a ", "0644", "22:30", "1e3", "1.5",
        ".5", "5.",
        "0x1F", "1_000", "-", "- a", "a: b", "a:", ":a", "a #b", "#a", "[a]", "{a}", "*a", "&a", "!a", "%a", "@a", "`a",
        "'a'", "\"a\"",
        "a\nb", "a\nb\n", "a\n\nb\n\n", "\n", "\na", " a\nb", "a\n  b", "a\tb", "\ta", "a\r\nb", "2024-01-01", "=",
        "<<", "---", "...", "? a",
        "\u{85}", "\u{2028}", "\u{FEFF}x", "\u{0}", "\u{1B}[2J", "\u{7F}", "😀", "ü", "\u{FFFE}", "1.2.3", "10.0.0.1",
        "::1", "a,b", "|", ">", "NaN",
        ".inf", "Null", "NO", "a'b", "/usr/bin/x", "key: |", "a\\b", "é\n", 0, -5, 1.5, 1e17, 1e-7, 0.1, .null, true,
        false, [], [:],
        [[], [[1, 2], ["a"]], [:]], ["a": [], "b": [:], "yes": 1, "1": 2, "a b": ["c: d": .null], "": ""],
        ["list": [["k": "v", "l": [1]], ["k": "w"]], "text": "a\nb\n", "deep": ["deeper": ["text": "x\ny"]]],
        ["x\ny": 1], ["- a": ["b\n"]],
    ]

    @Test(arguments: traps)
    func `what is written as YAML reads back as the same value`(value: JSONValue) throws {
        for value in [value, .array([value]), .object(["k": value]), .object(["k": .array([.object(["m": value])])])] {
            let text = YAMLWriting.text(value)
            let root = try #require(try YAMLComposing.compose(Array(text.utf8)), "\(text)")
            var constructing = YAMLConstructing()
            #expect(try constructing.value(root) == value, "\(text)")
        }
    }

    @Test func `names and plain words are written without quotes`() {
        #expect(
            YAMLWriting.text(["name": "pi-gps-01", "host": "10.0.0.1", "on": "yes", "port": 22])
                == "host: 10.0.0.1\nname: pi-gps-01\n\"on\": \"yes\"\nport: 22\n"
        )
    }

    @Test func `rows are quoted as RFC 4180 has it, and formulas are disarmed`() {
        #expect(
            CSVWriting.text([["a", "b,c", "d\"e", "f\ng", "=1+1", "-2", "@x", "'=1", ""]])
                == "a,\"b,c\",\"d\"\"e\",\"f\ng\",'=1+1,'-2,'@x,''=1,\n"
        )
    }

    @Test func `a table reads back as it was written`() throws {
        let row = ["a", " b ", "c\"\"d", "e\r\nf", "#g", ",", "'", "=x", "-", "ü😀"]
        let cells = try TableText.rows(CSVWriting.text([row]), separator: ",")
        #expect(cells.first?.map { TableCell.unguarded($0.text) } == row)
    }
}
