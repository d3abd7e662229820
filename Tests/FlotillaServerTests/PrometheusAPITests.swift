import FleetModel
import FleetTesting
import Foundation
import Testing

/// The same calls to us and to a real Prometheus with the same samples.
@Suite(.serialized) struct PrometheusAPITests {
    /// The samples begin an hour ago, a minute apart.
    private static let start = Int64(Date().timeIntervalSince1970) / 60 * 60_000 - 3_600_000
    private static let middle = "\(start / 1000 + 1800)"

    private static let series: [Series] = ["web-1", "web-2", "db \"1\"\\"].flatMap { node in
        ["up": 1.0, "requests_total": 0.25, "tiny": 1e-9].map { name, slope in
            let labels = ["__name__": name, "job": "x", "instance": node, "site": node.hasPrefix("web") ? "a" : ""]
            return Series(
                labels: LabelSet(labels.map { .init($0, $1) }),
                times: (0..<61).map { start + $0 * 60_000 },
                values: (0..<61).map { Double($0) * slope }
            )
        }
    }

    /// `T` stands for the middle of the samples.
    private static let calls = [
        "query?query=up&time=T", "query?query=1%2B1&time=T", "query?query=%22a%3Cb%22&time=T",
        "query?query=up%5B3m%5D&time=T.5", "query?query=tiny&time=T", "query?query=nosuch&time=T",
        "query?query=1/0&time=T", "query?query=-up/0&time=T", "query?query=vector(NaN)&time=1e3",
        "query?query=sort_desc(requests_total)&time=T", "query?query=sort_by_label(up,%22instance%22)&time=T&limit=1",
        "query?query=up&time=T&limit=0",
        "query?query=up&time=T&limit=-1", "query?query=up&limit=x", "query", "query?query=sum(",
        "query?query=up&time=yesterday", "query?query=up&time=2100-13-01T00:00:00Z",
        "query?query=up&time=T&timeout=x", "query?query=up&time=T&timeout=5s",
        "query?query=up&time=T&lookback_delta=1s",
        "query?query=up%2Bon(job)requests_total&time=T", "query?query=rate(up)&time=T",
        "query?query=rate(up%5B5m%5D)&time=T",
        "query_range?query=up&start=T&end=T&step=60", "query_range?query=sum(up)&start=T&end=T.750&step=0.25",
        "query_range?query=rate(requests_total%5B5m%5D)&start=T&end=T&step=1m30s",
        "query_range?query=up&end=T&step=1", "query_range?query=up&start=T&step=1",
        "query_range?query=up&start=T&end=T",
        "query_range?query=up&start=T&end=1&step=1", "query_range?query=up&start=T&end=T&step=0",
        "query_range?query=up&start=T&end=T&step=-1", "query_range?query=up&start=T&end=T&step=soon",
        "query_range?query=up&start=0&end=T&step=1", "query_range?query=up%5B5m%5D&start=T&end=T&step=1",
        "query_range?query=1&start=T&end=T&step=1", "query_range?query=up&start=T&end=T&step=60&limit=2",
        "series?match%5B%5D=up", "series?match%5B%5D=up&match%5B%5D=tiny%7Binstance=%22web-1%22%7D",
        "series", "series?match%5B%5D=sum(up)", "series?match%5B%5D=%7B%7D",
        "series?match%5B%5D=nosuch", "series?match%5B%5D=up&start=x", "series?match%5B%5D=up&start=T&end=1",
        "labels", "labels?match%5B%5D=up", "labels?match%5B%5D=up%7Binstance=~%22db.*%22%7D", "labels?match%5B%5D=(",
        "labels?limit=2", "label/job/values", "label/__name__/values", "label/instance/values", "label/nosuch/values",
        "label/__name__/values?match%5B%5D=%7Bsite=%22a%22%7D", "label/U__site/values", "label/site/values?limit=0",
        "format_query?query=sum(up)%20by(job)", "format_query?query=sum(",
        "rules", "rules?type=record", "rules?type=x", "alerts", "nosuch",
    ]

    @Test func `calls are answered as Prometheus answers them`() async throws {
        try await TestBed.with { bed in
            let theirs = try PrometheusServer(in: bed)
            let ours = try await ServedFleet(in: bed)
            try theirs.write(Self.series)
            try await ours.store(Self.series)
            for call in Self.calls {
                let path = call.replacing("=T", with: "=" + Self.middle)
                try Self.compare(path, "GET", "", ours, theirs)
                guard call.hasPrefix("query"), let mark = path.firstIndex(of: "?") else { continue }
                try Self.compare(String(path[..<mark]), "POST", String(path[path.index(after: mark)...]), ours, theirs)
            }
        }
    }

    private static func compare(
        _ path: String,
        _ method: String,
        _ form: String,
        _ ours: ServedFleet,
        _ theirs: PrometheusServer
    ) throws {
        let own = try ours.ask("/prometheus/api/v1/" + path, method: method, body: form)
        let wanted = try HTTPReply.ask(theirs.port, "/api/v1/" + path, method: method, body: form)
        let call: Comment = "\(method) \(path) \(form)"
        #expect(own.status == wanted.status, call)
        guard wanted.status != 404 else { return }
        #expect(own.headers["content-type"] == wanted.headers["content-type"], call)
        let (mine, real) = (try JSONReading.parse(own.body), try JSONReading.parse(wanted.body))
        // Prometheus' words name what its parser met first and what it read first.
        if let kind = real.object?["errorType"], path.contains("match") || kind == "execution" {
            #expect(mine.object?["errorType"] == kind, call)
        } else {
            #expect(sorted(mine).text() == sorted(real).text(), call)
        }
    }

    /// Prometheus gives series in the order of their numbers, we give them in that of their labels.
    private static func sorted(_ document: JSONValue) -> JSONValue {
        switch document {
        case .object(let members): .object(members.mapValues(sorted))
        case .array(let elements) where elements.allSatisfy({ $0.object != nil }):
            .array(elements.map(sorted).sorted { $0.text() < $1.text() })
        case .array(let elements): .array(elements.map(sorted))
        // Prometheus adds the place in the query to its notes, "… (1:6)".
        case .string(let text): .string(text.replacing(#/ \(\d+:\d+\)$/#, with: ""))
        default: document
        }
    }

    @Test func `promtool asks us as it asks Prometheus`() async throws {
        let promtool = try PrometheusServer.program("promtool")
        try await TestBed.with { bed in
            let theirs = try PrometheusServer(in: bed)
            let ours = try await ServedFleet(in: bed)
            try theirs.write(Self.series)
            try await ours.store(Self.series)
            let (first, last) = ("--start=\(Self.middle)", "--end=\(Int64(Self.middle).map { $0 + 600 } ?? 0)")
            let calls: [(words: [String], rest: [String])] = [
                (["instant", "--time=\(Self.middle)"], ["rate(requests_total[5m])"]),
                (["instant", "-o", "json", "--time=\(Self.middle)"], ["sort(sum by (site) (up))"]),
                (["range", first, last, "--step=1m"], ["up"]),
                (["series", "--match=up", first, last], []), (["labels", first, last], ["instance"]),
                (["labels", "--match=up{site=\"a\"}", first, last], ["instance"]), (["instant"], ["sum("]),
            ]
            for call in calls {
                let own = try LocalCommand.run(
                    [promtool, "query"] + call.words + ["http://127.0.0.1:\(ours.port)/prometheus"] + call.rest
                )
                let real = try LocalCommand.run(
                    [promtool, "query"] + call.words + ["http://127.0.0.1:\(theirs.port)"] + call.rest
                )
                #expect(Self.lines(own.text) == Self.lines(real.text), "\(call)")
                #expect(own.errorText == real.errorText, "\(call)")
                #expect(own.exitCode == real.exitCode, "\(call)")
            }
        }
    }

    private static func lines(_ text: String) -> [Substring] { text.split(separator: "\n").sorted() }

    @Test func `federation gives what Prometheus' own gives`() async throws {
        try await TestBed.with { bed in
            let theirs = try PrometheusServer(in: bed)
            let ours = try await ServedFleet(in: bed)
            try theirs.write(Self.series)
            try await ours.store(Self.series)
            let path = "/federate?match%5B%5D=%7Bjob=%22x%22%7D&match%5B%5D=up"
            let own = try ours.ask("/prometheus" + path)
            let real = try HTTPReply.ask(theirs.port, path)
            #expect(own.text == real.text)
            #expect(own.text.contains("up{"))
            #expect(try ours.ask("/metrics?match%5B%5D=up").text.contains("# TYPE up untyped\nup{"))
        }
    }
}
