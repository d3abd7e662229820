import FlotillaCLI
import Testing

@Suite struct InvocationTests {
    @Test(arguments: [
        ("exec n1 uptime -p", "exec n1 -- uptime -p"),
        ("exec n1 -- uptime -p", "exec n1 -- uptime -p"),
        ("exec --timeout 5s n1 ls -o json", "exec --timeout 5s n1 -- ls -o json"),
        ("exec n1 --timeout 5s -o json ls -o x", "exec n1 --timeout 5s -o json -- ls -o x"),
        ("exec n1 git checkout -- f", "exec n1 -- git checkout -- f"),
        ("exec-all uptime", "exec-all -- uptime"),
        ("exec-all --sudo id -u", "exec-all --sudo -- id -u"),
        ("group exec web df -h /", "group exec web -- df -h /"),
        ("-o json list", "list -o json"),
        ("--home /x -o json exec n1 ls -l", "exec --home /x -o json n1 -- ls -l"),
        ("list -o json", "list -o json"),
        ("--version", "--version"),
        ("exec -- n1 ls -l", "exec n1 -- ls -l"),
        ("--output=json list", "list --output=json"),
    ])
    func `our options end at the first word of the remote command`(given: String, parsed: String) {
        #expect(Invocation(given.split(separator: " ").map(String.init)).words.joined(separator: " ") == parsed)
    }

    @Test func `pop --fleet means flotilla, anything else is the node's own pop`() {
        #expect(Invocation.fleetArguments(ofPop: ["--fleet", "list"]) == ["list"])
        #expect(Invocation.fleetArguments(ofPop: ["--status"]) == nil)
    }
}
