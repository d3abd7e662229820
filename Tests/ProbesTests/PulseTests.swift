import FleetModel
import Testing

@testable import Probes

@Suite struct `The pulse of a Pipe node` {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let output: String
        let samples: [String]
    }

    static let cases: [Case] = [
        .init(
            testDescription: "status text, then JSON, as the seed's forced command prints it",
            output: """
                === Pipe Network Node Status ===
                Service: {active} since yesterday
                Port 80: open
                {
                  "node_id": "abc", "status": "running",
                  "metrics": {"reputation": 0.95, "points": 1234, "egress": "1.2 TB", "rank": 42, "uptime_percent": 99.5},
                  "ports": {"80": true, "443": "open", "8003": "closed"}, "future": [1, {"x": null}]
                }
                """,
            samples: [
                "pipe_egress_bytes 1200000000000.0", "pipe_points 1234.0", "pipe_port_open{port=\"443\"} 1.0",
                "pipe_port_open{port=\"80\"} 1.0", "pipe_port_open{port=\"8003\"} 0.0", "pipe_rank 42.0",
                "pipe_reputation 0.95", "pipe_up 1.0", "pipe_uptime_percent 99.5",
            ]
        ),
        .init(
            testDescription: "camel case, nested objects, numbers in texts",
            output:
                ##"{"data":{"node":{"isRunning":false,"reputationScore":"0.5","totalPoints":"1,234","leaderboardRank":"#7","egressGb":850}},"openPorts":[80,443]}"##,
            samples: [
                "pipe_egress_bytes 850000000000.0", "pipe_points 1234.0", "pipe_port_open{port=\"443\"} 1.0",
                "pipe_port_open{port=\"80\"} 1.0", "pipe_rank 7.0", "pipe_reputation 0.5", "pipe_up 0.0",
            ]
        ),
        .init(
            testDescription: "objects with a score, a total and a list of ports",
            output:
                #"noise {not json} {"state":"online","reputation":{"score":0.9},"egress":{"total":"12.5GiB"},"uptime":"99%","ports":[{"port":80,"status":"open"},{"port":443,"open":false}]} trailing"#,
            samples: [
                "pipe_egress_bytes 13421772800.0", "pipe_port_open{port=\"443\"} 0.0",
                "pipe_port_open{port=\"80\"} 1.0",
                "pipe_reputation 0.9", "pipe_up 1.0", "pipe_uptime_percent 99.0",
            ]
        ),
        .init(
            testDescription: "text alone",
            output: "Node Status: not running\r\nReputation: 0.25\r\nPoints: 10\r\nEgress: 3 MB\r\n",
            samples: ["pipe_egress_bytes 3000000.0", "pipe_points 10.0", "pipe_reputation 0.25", "pipe_up 0.0"]
        ),
        .init(
            testDescription: "a state and nothing else",
            output: #"{"status":"stopped"}"#,
            samples: ["pipe_up 0.0"]
        ),
    ]

    @Test(arguments: cases) func `is read from`(example: Case) throws {
        let pulse = try #require(Pulse.parse(Array(example.output.utf8)))
        #expect(pulse.samples.map(\.line).sorted() == example.samples)
    }

    @Test(arguments: [
        "", "{", "{}", "[]", "command not found", "status: fine", "{\"a\":1}", "{\"points\":null}",
        "{\"rank\":\"none\"}",
        String(repeating: "{", count: 100_000), String(repeating: "{\"a\":", count: 5000), "uptime: 5 days",
    ])
    func `is not found where none is`(output: String) {
        #expect(Pulse.parse(Array(output.utf8)) == nil)
    }

    @Test(
        arguments: [
            ("1.2 TB", 1.2e12), ("850 GB", 850e9), ("12.5GiB", 12.5 * 1_073_741_824), ("1024", 1024),
            ("1,024 bytes", 1024),
            ("3kB", 3000), ("2 MiB", 2_097_152), ("0 B", 0), ("1e3 kb", 1e6), ("7 tebibyte", nil), ("-1 GB", nil),
            ("GB", nil),
            ("NaN", nil), ("inf TB", nil), ("5 apples", nil), ("1.5T", 1.5e12), ("12EB", 12e18),
        ] as [(String, Double?)]
    )
    func `has amounts with units`(text: String, bytes: Double?) {
        #expect(Quantity(text)?.bytes == bytes)
    }
}
