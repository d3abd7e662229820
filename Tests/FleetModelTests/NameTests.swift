import FleetModel
import Testing

@Suite struct NameTests {
    @Test(arguments: ["a", "pi-gps-01", "A.b_c-9", String(repeating: "x", count: 63)])
    func `a node name of the alphabet is taken as it is`(text: String) throws {
        #expect(try NodeName(text).text == text)
    }

    @Test(arguments: [
        ("", "is empty"), ("all", "“all”"), ("-a", "U+002D"), ("a b", "U+0020"), ("a;rm", "U+003B"),
        ("../etc", "U+002E"),
        ("a\u{1B}[2J", "U+001B"), ("ä", "U+00E4"), (String(repeating: "x", count: 10_000), "10000 bytes"),
    ])
    func `a bad node name is refused and the message says which character`(text: String, says: String) {
        let error = #expect(throws: UsageError.self) { try NodeName(text) }
        #expect(error?.code == "usage.bad_node_name")
        #expect(error?.problem.contains(says) == true)
    }

    @Test(arguments: [
        "10.0.0.1", "pi.local", "::1", "fe80::1%eth0", "2001:db8::ff00:42:8329", "a-b.example.", "::ffff:1.2.3.4",
    ])
    func `hosts are DNS names and addresses`(text: String) throws {
        #expect(try HostAddress(text).text == text)
    }

    @Test(arguments: [
        "-oProxyCommand=x", "a b", "$(id)", "1.2.3", "1.2.3.256", "a..b", ":::", "1::2::3", "a/b", "", "x-.y",
    ])
    func `anything else is refused as a host`(text: String) {
        #expect(throws: UsageError.self) { try HostAddress(text) }
    }

    @Test(arguments: ["0", "65536", "+22", "22x", "", "99999999999999999999"])
    func `a port is a number from 1 to 65535`(text: String) {
        #expect(throws: UsageError.self) { try Port(text) }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_400_120, "2000-02-29T00:00:00.120Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ])
    func `a timestamp is written in RFC 3339`(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
    }

    @Test func `words are quoted for a POSIX shell only where they must be`() {
        #expect(ShellQuoting.line(["echo", "it's", "", "a b", "/x=1"]) == #"echo 'it'\''s' '' 'a b' /x=1"#)
    }
}
