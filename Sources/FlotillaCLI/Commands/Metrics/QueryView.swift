import FleetModel
import PromQL

/// An answer to a query: lines for people, one row for each point in CSV, Prometheus' document in JSON.
struct QueryView: Displayable {
    let answer: QueryAnswer
    let isRange: Bool

    var document: JSONValue {
        (try? JSONReading.parse(AnswerDocument.success(answer), limits: .init(bytes: .max))) ?? .null
    }

    /// A column for each label.
    var table: Table {
        let points = points
        let names = Set(points.flatMap { $0.labels.labels.map(\.key) }).sorted { $0.isBefore($1) }
        return Table(
            names.map { Table.Column($0) } + [.init("time"), .init("value", nil, .right)],
            rows: points.map { point in
                names.map { Cell(point.labels[$0]) } + [Self.time(point.time), Self.value(point.value)]
            }
        )
    }

    func lines(on terminal: TerminalContext) -> [StyledText] {
        if case .string(let text) = answer.result { return [StyledText(TerminalText.visible(text))] }
        let metric = Table.Column("metric", nil, minimum: 24)
        guard case .matrix(let series) = answer.result else {
            let rows = points.map { [Cell($0.labels.description), Self.value($0.value)] }
            if case .scalar(let value) = answer.result { return [StyledText(NumberText.apiText(of: value))] }
            return Table([metric, .init("value", nil, .right)], rows: rows, empty: Self.empty).lines(on: terminal)
        }
        let rows = series.flatMap { series in
            zip(series.times, series.values).enumerated().map { index, point in
                [Cell(index == 0 ? series.labels.description : ""), Self.time(point.0), Self.value(point.1)]
            }
        }
        return Table([metric, .init("time"), .init("value", nil, .right)], rows: rows, empty: Self.empty)
            .lines(on: terminal)
    }

    private static let empty: StyledText = "nothing found"

    private struct Point {
        var labels: LabelSet
        var time: Int64
        var value: Double
    }

    private var points: [Point] {
        switch answer.result {
        case .scalar(let value): [Point(labels: .empty, time: answer.time, value: value)]
        case .string: []
        case .vector(let samples): samples.map { Point(labels: $0.labels, time: answer.time, value: $0.value) }
        case .matrix(let series):
            series.flatMap { series in
                zip(series.times, series.values).map { Point(labels: series.labels, time: $0, value: $1) }
            }
        }
    }

    private static func time(_ milliseconds: Int64) -> Cell { Cell(Timestamp(milliseconds: milliseconds).rfc3339) }

    private static func value(_ value: Double) -> Cell {
        Cell(
            shown: StyledText(NumberText.apiText(of: value)),
            value: value.isFinite ? .double(value) : .string(NumberText.apiText(of: value))
        )
    }
}
