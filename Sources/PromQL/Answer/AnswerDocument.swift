package import FleetModel

/// Documents of Prometheus' HTTP API as bytes: the envelope, and answers to queries in it.
package enum AnswerDocument {
    /// `{"status":"success","data":…}` around what a query found.
    package static func success(_ answer: QueryAnswer) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256 + answer.pointCount * 32)
        bytes.write("{\"status\":\"success\",\"data\":{\"resultType\":")
        switch answer.result {
        case .scalar(let value): bytes.write("\"scalar\",\"result\":", point: (answer.time, value))
        case .string(let text):
            bytes.write("\"string\",\"result\":[")
            bytes.write(seconds: answer.time)
            bytes.write(",")
            bytes.write(quoted: text)
            bytes.write("]")
        case .vector(let samples):
            bytes.write("\"vector\",\"result\":")
            bytes.writeList(samples) { sample, bytes in
                bytes.write("{\"metric\":")
                bytes.write(labels: sample.labels)
                bytes.write(",\"value\":", point: (answer.time, sample.value))
                bytes.write("}")
            }
        case .matrix(let series):
            bytes.write("\"matrix\",\"result\":")
            bytes.writeList(series) { series, bytes in
                bytes.write("{\"metric\":")
                bytes.write(labels: series.labels)
                bytes.write(",\"values\":")
                bytes.writeList(zip(series.times, series.values)) { $1.write("", point: $0) }
                bytes.write("}")
            }
        }
        bytes.write("}")
        return bytes.ended(warnings: answer.warnings, infos: answer.infos)
    }

    /// The same around any other document.
    package static func success(_ data: JSONValue, warnings: [String] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.write("{\"status\":\"success\",\"data\":")
        bytes.write(data.text())
        return bytes.ended(warnings: warnings, infos: [])
    }

    /// The same around a list of label sets.
    package static func success(_ series: [LabelSet], warnings: [String] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.write("{\"status\":\"success\",\"data\":")
        bytes.writeList(series) { $1.write(labels: $0) }
        return bytes.ended(warnings: warnings, infos: [])
    }

    /// `{"status":"error","errorType":"bad_data","error":…}`
    package static func failure(_ kind: String, _ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.write("{\"status\":\"error\",\"errorType\":")
        bytes.write(quoted: kind)
        bytes.write(",\"error\":")
        bytes.write(quoted: text)
        bytes.write("}")
        return bytes
    }
}

extension QueryAnswer {
    /// Points in the answer: what writing it costs.
    package var pointCount: Int {
        switch result {
        case .scalar, .string: 1
        case .vector(let samples): samples.count
        case .matrix(let series): series.reduce(0) { $0 + $1.times.count }
        }
    }
}

extension [UInt8] {
    fileprivate mutating func write(_ text: String) { append(contentsOf: text.utf8) }

    fileprivate mutating func write(_ before: String, point: (time: Int64, value: Double)) {
        write(before)
        write("[")
        write(seconds: point.time)
        write(",\"")
        write(NumberText.apiText(of: point.value))
        write("\"]")
    }

    /// Seconds with three places, or none.
    fileprivate mutating func write(seconds milliseconds: Int64) {
        if milliseconds < 0 { write("-") }
        let size = milliseconds.magnitude
        write(String(size / 1000))
        guard size % 1000 != 0 else { return }
        write("." + String(String(1000 + size % 1000).dropFirst()))
    }

    fileprivate mutating func write(labels: LabelSet) {
        write("{")
        for (index, label) in labels.labels.enumerated() {
            if index > 0 { write(",") }
            write(quoted: label.key)
            write(":")
            write(quoted: label.value)
        }
        write("}")
    }

    fileprivate mutating func write(quoted text: String) {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 == 0x7F }) else {
            write("\"")
            write(text)
            return write("\"")
        }
        write(JSONValue.string(text).text())
    }

    fileprivate mutating func writeList<Elements: Sequence>(
        _ elements: Elements,
        _ each: (Elements.Element, inout [UInt8]) -> Void
    ) {
        write("[")
        var isFirst = true
        for element in elements {
            if !isFirst { write(",") }
            isFirst = false
            each(element, &self)
        }
        write("]")
    }

    fileprivate func ended(warnings: [String], infos: [String]) -> [UInt8] {
        var bytes = self
        for (name, texts) in [("warnings", warnings), ("infos", infos)] where !texts.isEmpty {
            bytes.write(",\"\(name)\":")
            bytes.writeList(texts) { $1.write(quoted: $0) }
        }
        bytes.write("}")
        return bytes
    }
}
