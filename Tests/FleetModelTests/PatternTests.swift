import FleetModel
import Testing

@Suite struct PatternTests {
    @Test(
        arguments: [
            (#"^6\."#, "6.1.0", "6."), ("a|ab", "ab", "a"), ("a*?b", "aab", "aab"), ("(a*)*b", "aaab", "aaab"),
            ("", "x", ""),
            (#"\d{2,3}"#, "x12345", "123"), (#"\d{2,3}?"#, "x12345", "12"), ("(?i)straße", "STRAßE", "STRAßE"),
            ("[^a-c]+", "abcxyz", "xyz"),
            ("(?i)[k]", "\u{212A}", "\u{212A}"), (#"\bfoo\b"#, "a foo b", "foo"), ("a.c", "a\nc", nil),
            ("(?s)a.c", "a\nc", "a\nc"),
            ("(?m)^b$", "a\nb\nc", "b"), ("^b$", "a\nb", nil), ("a{,2}", "a{,2}", "a{,2}"),
            (#"\Qa.b*\E+"#, "a.b**", "a.b**"),
            ("[]a]+", "]a]", "]a]"), ("[a-]+", "a-a", "a-a"), ("[[:alpha:]]+", "12ab3", "ab"), (#"\pL+"#, "1éß2", "éß"),
            (#"[\d\-x]+"#, "1-x", "1-x"),
            (#"\x41\x{1F600}"#, "A😀", "A😀"), ("(?U)a+", "aaa", "a"), ("(?i:A)b", "ab", "ab"), ("(?i:A)b", "aB", nil),
            ("😀?x", "😀x", "😀x"),
        ] as [(String, String, String?)]
    )
    func `a pattern finds the leftmost match`(pattern: String, text: String, found: String?) throws {
        let pattern = try Pattern(pattern)
        #expect(pattern.firstMatch(in: text).map { String($0.text) } == found)
        #expect(pattern.isFound(in: text) == (found != nil))
    }

    @Test(arguments: [
        ("a|b", "b", true), ("a|b", "ab", false), ("a|ab", "ab", true), ("", "", true), ("", "a", false),
        ("web-.*", "web-1", true),
        (".*", "a\nb", false), ("caf\u{E9}", "cafe\u{301}", false), ("a+?", "aaa", true), ("(a|b)*c", "ababc", true),
        ("a$|b", "a", true),
    ])
    func `a whole match takes the whole text`(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try Pattern(pattern).matches(whole: text) == isMatch)
    }

    @Test func `groups come by number and by name`() throws {
        let match = try #require(try Pattern(#"(?P<host>[^:]+):(\d+)(x)?(?<rest>.*)"#).wholeMatch(in: "web.ex:9100é"))
        #expect(match["host"] == "web.ex")
        #expect(match.groups.map { $0.map(String.init) } == ["web.ex:9100é", "web.ex", "9100", nil, "é"])
        #expect(match["rest"] == "é")
        #expect(match["none"] == nil)
    }

    @Test(arguments: [
        (#"(a)\1"#, "back reference"), ("(?=a)", "lookaround"), ("(?<!a)", "lookaround"), ("(?!a)", "lookaround"),
        ("(", "never closed"),
        (")", "never opened"), ("[a", "never closed"), ("a**", "repetition of a repetition"),
        ("*a", "nothing to repeat"),
        ("a{1001}", "out of bounds"), ("a{3,2}", "out of bounds"), ("[b-a]", "wrong way round"), (#"\"#, "backslash"),
        (#"\y"#, "not known"),
        ("(?z)", "not known"), (#"\p{Foo}"#, "not known"), ("[[:foo:]]", "not known"),
        ("(((a{100}){100}){100})", "too large"),
        (String(repeating: "(", count: 5000), "nested too deeply"), ("(?P<n>a)(?P<n>b)", "twice"),
        (#"\x{110000}"#, "hexadecimal"),
    ])
    func `what is no pattern is refused with its reason`(pattern: String, says: String) {
        let error = #expect(throws: PatternError.self) { try Pattern(pattern) }
        #expect(error?.problem.contains(says) == true, "\(error?.problem ?? "")")
    }

    @Test(
        .timeLimit(.minutes(15)),
        arguments: ["(a*)*b", "(a|a)*b", "(a+)+$b", "(.*)(.*)(.*)(.*)(.*)b", "(a?){30}a{30}b", "((a*)*)*b"]
    )
    func `no pattern makes it hang`(pattern: String) throws {
        let text = String(repeating: "a", count: 5000)
        #expect(try !Pattern(pattern).isFound(in: text))
        #expect(try Pattern(pattern).firstMatch(in: text) == nil)
    }

    @Test(.timeLimit(.minutes(15))) func `RE2 finds the same in hundreds of random patterns`() throws {
        var random = SplitMix64(seed: 4)
        var cases: [(pattern: String, texts: [String])] = []
        for _ in 0..<800 {
            let pattern = randomPattern(3, &random)
            let texts = (0..<8).map { _ in randomText(&random) }
            // RE2 finds \B between the bytes of one character too; as in Go's engine, ours looks between characters only.
            cases.append((pattern, pattern.contains(#"\B"#) ? texts.map { $0.filter(\.isASCII) } : texts))
        }
        let input = JSONValue.array(
            cases.map { .array([.string($0.pattern), .array($0.texts.map(JSONValue.string))]) }
        )
        let lines = try Oracle.python(Self.script, input: input.text()).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        #expect(lines.count == cases.count)
        for (number, line) in lines.enumerated() {
            #expect(ours(cases[number]) == line, "“\(cases[number].pattern)” in \(cases[number].texts)")
        }
        #expect(lines.count { $0 == "error" } < 400)
    }

    private static let script = """
        import json, re2, sys
        options = re2.Options()
        options.log_errors = False
        for pattern, texts in json.load(open(sys.argv[1])):
            try:
                p = re2.compile(pattern, options)
            except re2.error:
                print("error")
                continue
            found = []
            for text in texts:
                m = p.search(text)
                whole = p.fullmatch(text)
                spans = "-" if m is None else ",".join("%d:%d" % m.span(g) for g in range(p.groups + 1))
                found.append(spans + ("=" if whole else ""))
            print(" ".join(found))
        """

    private func ours(_ one: (pattern: String, texts: [String])) -> String {
        guard let pattern = try? Pattern(one.pattern) else { return "error" }
        return one.texts.map { text in
            let spans = pattern.firstMatch(in: text).map { match in
                match.groups.map { group in
                    guard let group else { return "-1:-1" }
                    let scalars = text.unicodeScalars
                    let start = scalars.distance(from: scalars.startIndex, to: group.startIndex)
                    return "\(start):\(start + group.unicodeScalars.count)"
                }.joined(separator: ",")
            }
            return (spans ?? "-") + (pattern.matches(whole: text) ? "=" : "")
        }.joined(separator: " ")
    }

    private func randomText(_ random: inout SplitMix64) -> String {
        let letters = ["a", "b", "c", "A", "B", "1", "_", " ", "\n", "é", "É", "-"]
        return (0..<Int.random(in: 0...9, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }
            .joined()
    }

    private func randomPattern(_ depth: Int, _ random: inout SplitMix64) -> String {
        let atoms = [
            "a", "b", "c", "a", "b", ".", "[ab]", "[^a]", "[a-c1]", #"\d"#, #"\w"#, #"\W"#, #"\s"#, "^", "$", #"\b"#,
            #"\B"#, "é", "[[:upper:]]",
            #"\pL"#, #"\PL"#, #"[^\d_]"#, #"[\D]"#, #"\A"#, #"\z"#, #"\n"#, "-", "[^[:^alpha:]]",
        ]
        let repeats = ["", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,}", "{,2}", "{2,3}?"]
        let groups = ["(", "(", "(?:", "(?i:", "(?s:", "(?m:", "(?U:", "(?i)(", "(?-s:"]
        return (0..<Int.random(in: 1...3, using: &random)).map { _ in
            var part: String
            if depth > 0, Int.random(in: 0..<3, using: &random) == 0 {
                let inner = (0..<Int.random(in: 1...3, using: &random)).map { _ in randomPattern(depth - 1, &random) }
                part = (groups.randomElement(using: &random) ?? "(") + inner.joined(separator: "|") + ")"
            } else {
                part = atoms.randomElement(using: &random) ?? "a"
            }
            return part + (repeats.randomElement(using: &random) ?? "")
        }.joined()
    }
}
