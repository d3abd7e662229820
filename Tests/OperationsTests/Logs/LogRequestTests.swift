import FleetModel
import FleetTesting
import Testing

@testable import Operations

@Suite struct LogRequestTests {
    @Test(arguments: ["", "-f", "a b", "a;b", "$(id)", "a/b", "ü", "a\n", String(repeating: "a", count: 256)])
    func `a name that no unit and no container can have is refused`(name: String) {
        #expect(throws: UsageError.self) { try LogRequest(unit: name, container: nil, tail: 1, follows: false) }
        #expect(throws: UsageError.self) { try LogRequest(unit: nil, container: name, tail: 1, follows: false) }
    }

    @Test(arguments: ["ssh.service", "getty@tty1", "a_b-c:d", "0"])
    func `the name reaches the script as one argument`(name: String) throws {
        let request = try LogRequest(unit: name, container: nil, tail: 5, follows: true)
        let node = try Node(name: NodeName("n1"), host: HostAddress("127.0.0.1"), user: UserName("me"))
        guard case .script(_, let arguments) = request.command(for: node) else {
            Issue.record("logs is a script")
            return
        }
        #expect(arguments == ["unit", name, "5", "follow"])
    }

    @Test(arguments: ["9", "08", "12345", "", "rw", "-644"])
    func `what is no file mode is refused`(text: String) {
        #expect(throws: UsageError.self) { try FileMode(text) }
    }

    @Test(arguments: ["", ":", "-x", "me:", "a b", "me:-g", "me:g:h", "$(id)"])
    func `what is no owner is refused`(text: String) {
        #expect(throws: UsageError.self) { try FileOwner(text) }
    }
}
