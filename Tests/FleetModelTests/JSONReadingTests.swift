import FleetModel
import Testing

@Suite struct JSONReadingTests {
    @Test(
        arguments: [
            ("null", .null), (" true ", true), ("-0", 0), ("9223372036854775807", .int(.max)),
            ("9223372036854775808", 9223372036854775808.0),
            ("1.0", 1.0), ("1e3", 1000.0), ("-1.5E-3", -0.0015), (#""\u00e9\ud83d\ude00\n\/\b""#, "é😀\n/\u{8}"),
            ("[]", []), ("{}", [:]),
            (#"{"a":[1,{"b":null}],"":""}"#, ["a": [1, ["b": .null]], "": ""]),
        ] as [(String, JSONValue)]
    )
    func `JSON is read as the value that it is`(text: String, value: JSONValue) throws {
        #expect(try JSONReading.parse(text) == value)
        #expect(try JSONReading.parse(value.text()) == value)
        #expect(try JSONReading.parse(value.text(pretty: true)) == value)
    }

    @Test(arguments: [
        ("", 1, 1), ("{", 1, 2), ("[1,]", 1, 4), ("{\"a\":1,}", 1, 8), ("01", 1, 2), ("1.", 1, 3), (".5", 1, 1),
        ("+1", 1, 1),
        ("nul", 1, 1), ("NaN", 1, 1), ("1e999", 1, 1), ("\"\n\"", 1, 2), ("[\n\n  x]", 3, 3), ("1 2", 1, 3),
        ("'a'", 1, 1),
        (#""\ud800""#, 1, 2), (#""\x""#, 1, 2), (#""\u12g4""#, 1, 6), (#"{"a":1,"a":2}"#, 1, 8), ("{a:1}", 1, 2),
        ("\"abc", 1, 5),
        ("[1 2]", 1, 4), ("/*x*/1", 1, 1), ("\u{FEFF}1", 1, 1),
    ])
    func `anything else is refused with its place`(text: String, line: Int, column: Int) {
        let error = #expect(throws: JSONReadingError.self) { try JSONReading.parse(text) }
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: JSONReadingError.self) { try JSONReading.parse([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONReadingError.self) { try JSONReading.parse([0x22, 0x5C, 0x6E, 0xED, 0xA0, 0x80, 0x22]) }
    }

    @Test func `depth and size are bounded`() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONReadingError.self) { try JSONReading.parse(deep) }
        #expect(throws: JSONReadingError.self) { try JSONReading.parse("[1,2]", limits: .init(bytes: 4)) }
        #expect(try JSONReading.parse("[[1]]", limits: .init(depth: 2)) == [[1]])
        #expect(throws: JSONReadingError.self) { try JSONReading.parse("[[[1]]]", limits: .init(depth: 2)) }
    }
}
