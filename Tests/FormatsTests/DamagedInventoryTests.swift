import FleetModel
import Operations
import Testing

@testable import Formats

/// Files are cut, doubled and stirred by a fixed sequence of numbers: every outcome is an inventory or an error.
@Suite struct DamagedInventoryTests {
    private static let samples: [(name: String, text: String)] = [
        (
            "hosts.yml",
            "all:\n  vars: &v {a: 1, <<: {b: 0x1F}, d: 2024-01-02, f: 1:30.5}\n  hosts:\n    h[1:3]: *v\n    b: {s: !vault x}\n"
        ),
        (
            "hosts.ini",
            "a:22 x='[1, {2: (3,)}]' y=\"q\\\"\"\n[g:children]\nh\n[h]\nr[01:10:3]z[a:c] ansible_ssh_common_args='-J a'\n[h:vars]\nk=1e3\n"
        ),
        ("t.csv", "name,host,user,port,jump,groups,x\n\"a\",10.0.0.1,u,22,,g;h,\"1\"\"2\"\nb,::1,,,a,,\n"),
        ("ssh_config", "Host a b-* !b-1\n HostName %h.x\n ProxyJump u@a:22\nMatch all\nUser \"x y\"\nInclude *.conf\n"),
        ("sd.json", "[{\"targets\":[\"a:1\",\"[::1]:2\"],\"labels\":{\"k\":\"v\",\"__meta_flotilla_port\":\"23\"}}]"),
        (
            "list.json",
            "{\"_meta\":{\"hostvars\":{\"a\":{\"n\":-1.5e3}}},\"g\":{\"hosts\":[\"a\"],\"children\":[\"h\"]},\"h\":[\"b\"]}"
        ),
    ]

    private struct Sequence {
        var state: UInt64

        mutating func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(max(bound, 1)))
        }
    }

    private static let pieces = Array("[]{}:,'\"\\#&*!<>|%@=-\n\t 09aé\u{0}\u{FEFF}😀".utf8)

    private static func damaged(_ text: String, _ numbers: inout Sequence) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0...numbers.next(below: 6) {
            let place = numbers.next(below: bytes.count)
            switch numbers.next(below: 4) {
            case 0: bytes.insert(pieces[numbers.next(below: pieces.count)], at: place)
            case 1: if !bytes.isEmpty { bytes.remove(at: place) }
            case 2: bytes.removeLast(bytes.count - place)
            default: bytes += bytes.suffix(place)
            }
        }
        return bytes
    }

    @Test(.timeLimit(.minutes(15)), arguments: 0..<6)
    func `damage ends in an inventory or in an error with a place`(index: Int) throws {
        let (name, text) = Self.samples[index]
        var numbers = Sequence(state: UInt64(index) + 7)
        var (taken, refused) = (0, 0)
        for _ in 0..<1500 {
            let files = BytesOfOneFile(name: name, bytes: Self.damaged(text, &numbers))
            do {
                let imported = try InventoryReading.read(path: name, files: files, options: try InventoryCase.options)
                for format in InventoryExportFormat.allCases {
                    #expect(InventoryWriting.write(imported.inventory, as: format).hasSuffix("\n"))
                }
                taken += 1
            } catch let error as InventoryErrors {
                #expect(error.mistakes.allSatisfy { $0.at != nil && !$0.problem.isEmpty })
                refused += 1
            }
        }
        #expect(taken > 0 && refused > 0)
    }
}
