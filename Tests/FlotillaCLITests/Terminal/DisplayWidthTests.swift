import Glibc
import Testing

@testable import FlotillaCLI

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("pi-01", 5), ("ä", 1), ("a\u{308}", 1), ("日本", 4), ("ｱ", 1), ("Ａ", 2), ("한", 2),
        ("\u{1112}\u{1161}\u{11AB}", 2),
        ("😀", 2), ("👩‍👩‍👧‍👦", 2), ("👍🏽", 2), ("🇩🇪", 2), ("🇩", 1), ("❤", 1), ("❤️", 2), ("☁️", 2), ("1️⃣", 2), ("✖●○◆", 4),
        ("▇▇▁│", 4), ("e\u{301}\u{323}", 1), ("क्ष", 2), ("a\u{200B}b", 2), ("ü日a", 4),
    ])
    func `text takes the columns that a terminal gives it`(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test func `every code point that the C library knows has the C library's width`() throws {
        let locale = try #require(
            newlocale(LC_CTYPE_MASK, "C.UTF-8", nil),
            "the locale C.UTF-8 is missing: run scripts/setup"
        )
        let previous = uselocale(locale)
        defer {
            uselocale(previous)
            freelocale(locale)
        }
        // The header hides the function without _XOPEN_SOURCE; the library has it.
        let symbol = try #require(dlsym(nil, "wcwidth"))
        let wcwidth = unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)
        var differences: [String] = []
        for value in UInt32(0x20)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value), !Self.deliberate(scalar) else { continue }
            let theirs = wcwidth(Int32(bitPattern: value))
            if theirs >= 0, Int(theirs) != DisplayWidth.of(scalar) {
                differences.append("U+\(String(value, radix: 16)): \(DisplayWidth.of(scalar)), not \(theirs)")
            }
        }
        #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(20).joined(separator: "; "))")
    }

    /// Where newer Unicode editions or terminals differ from the C library: each with its reason.
    private static func deliberate(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Controls have no width here; the caller makes them visible.
        case 0..<0x20, 0x7F..<0xA0: true
        // Neutral (East Asian ambiguous or neutral) in the standard, wide in the C library for tradition.
        case 0x3248...0x324F, 0x4DC0...0x4DFF: true
        // A spacing mark since Unicode 15; the C library at hand may be older.
        case 0x1171E: true
        default: false
        }
    }

    @Test(arguments: [("日本", 3, "日"), ("👩‍👩‍👧‍👦x", 1, ""), ("abc", 2, "ab"), ("e\u{301}x", 1, "e\u{301}"), ("abc", 9, "abc")])
    func `a prefix never holds half a character`(text: String, columns: Int, prefix: String) {
        #expect(text.prefix(columns: columns) == prefix)
    }
}
