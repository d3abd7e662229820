import FleetModel
import FleetTesting
import PromQL

/// An answer in a form that both sides have.
enum OracleAnswer {
    case error(String)
    case scalar(Double)
    case string(String)
    /// Labels and values in the order of the answer.
    case vector([(labels: LabelSet, value: Double)])
    case matrix([Series])

    init(_ document: JSONValue) throws {
        guard let members = document.object else { throw FixtureError("no JSON object") }
        guard members["status"]?.string == "success", let data = members["data"]?.object else {
            self = .error(members["error"]?.string ?? "")
            return
        }
        let result = data["result"] ?? .null
        switch data["resultType"]?.string {
        case "scalar": self = .scalar(try Self.point(result).value)
        case "string": self = .string(result.elements.last?.string ?? "")
        case "vector":
            self = .vector(
                try result.elements.map { (Self.labels($0), try Self.point($0.object?["value"] ?? .null).value) }
            )
        default: self = .matrix(try result.elements.map(Self.series))
        }
    }

    private static func series(_ value: JSONValue) throws -> Series {
        let points = try (value.object?["values"]?.elements ?? []).map(point)
        return Series(labels: labels(value), times: points.map(\.time), values: points.map(\.value))
    }

    private static func labels(_ value: JSONValue) -> LabelSet {
        LabelSet((value.object?["metric"]?.object ?? [:]).map { LabelSet.Label($0, $1.string ?? "") })
    }

    private static func point(_ value: JSONValue) throws -> (time: Int64, value: Double) {
        guard case .array(let pair) = value, pair.count == 2, let text = pair[1].string, let number = Double(text)
        else {
            throw FixtureError("no point: \(value)")
        }
        return switch pair[0] {
        case .int(let seconds): (seconds * 1000, number)
        case .double(let seconds): (Int64((seconds * 1000).rounded()), number)
        default: throw FixtureError("no time: \(value)")
        }
    }

    /// Ours in the same form.
    init(_ ask: () throws -> QueryAnswer) {
        do {
            switch try ask().result {
            case .scalar(let value): self = .scalar(value)
            case .string(let text): self = .string(text)
            case .vector(let samples): self = .vector(samples.map { ($0.labels, $0.value) })
            case .matrix(let series): self = .matrix(series)
            }
        } catch let error as PromQLError {
            self = .error(error.problem)
        } catch {
            self = .error("\(error)")
        }
    }

    /// What differs, nil where nothing does.
    func difference(from wanted: OracleAnswer, isOrdered: Bool) -> String? {
        switch (self, wanted) {
        case (.error, .error): return nil
        case (.scalar(let ours), .scalar(let theirs)): return Self.isSame(ours, theirs) ? nil : "\(ours), not \(theirs)"
        case (.string(let ours), .string(let theirs)): return ours == theirs ? nil : "\(ours), not \(theirs)"
        case (.vector(let ours), .vector(let theirs)):
            if isOrdered {
                let same =
                    ours.count == theirs.count && zip(ours, theirs).allSatisfy { Self.isSame($0.value, $1.value) }
                if !same { return "order: \(ours.map(\.value)), not \(theirs.map(\.value))" }
            }
            return Self.difference(
                ours.map { Series(labels: $0.labels, times: [0], values: [$0.value]) },
                theirs.map { Series(labels: $0.labels, times: [0], values: [$0.value]) }
            )
        case (.matrix(let ours), .matrix(let theirs)):
            if ours.map(\.labels) != theirs.map(\.labels) {
                return "series: \(ours.map(\.labels.description)), not \(theirs.map(\.labels.description))"
            }
            return Self.difference(ours, theirs)
        default: return "\(self), not \(wanted)"
        }
    }

    private static func difference(_ ours: [Series], _ theirs: [Series]) -> String? {
        var rest = Dictionary(grouping: ours, by: \.labels)
        guard ours.count == theirs.count else {
            return
                "\(ours.count) series, not \(theirs.count): \(ours.map(\.labels.description)), not \(theirs.map(\.labels.description))"
        }
        for series in theirs {
            guard let own = rest.removeValue(forKey: series.labels)?.first else { return "no \(series.labels)" }
            if own.times != series.times { return "\(series.labels): times \(own.times), not \(series.times)" }
            for (index, pair) in zip(own.values, series.values).enumerated() where !isSame(pair.0, pair.1) {
                return "\(series.labels) at \(series.times[index]): \(pair.0), not \(pair.1)"
            }
        }
        return nil
    }

    private static func isSame(_ left: Double, _ right: Double) -> Bool {
        if left.isNaN || right.isNaN { return left.isNaN && right.isNaN }
        return left == right || (left - right).magnitude <= 1e-9 * max(left.magnitude, right.magnitude)
    }
}

extension JSONValue {
    var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }
}
