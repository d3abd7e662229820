package import FleetModel
package import Operations

extension ExpositionParser {
    mutating func add(_ key: Range<Int>, _ value: Range<Int>) throws(ExpositionError) {
        guard pairs.count < limits.labels else { throw mistake("more than \(limits.labels) labels") }
        pairs.append((key, value))
    }

    package func labels() throws(ExpositionError) -> LabelSet {
        guard let name, !name.isEmpty else { throw ExpositionError(line: sampleLine, "the sample has an empty name") }
        var labels: [Sample.Label] = []
        labels.reserveCapacity(pairs.count + 1)
        labels.append(Sample.Label(LabelSet.nameLabel, text(name)))
        var isSorted = true
        for pair in pairs {
            let key = text(pair.name)
            guard !key.isEmpty else { throw ExpositionError(line: sampleLine, "a label has an empty name") }
            if isSorted, let last = labels.last { isSorted = last.key.isBefore(key) }
            labels.append(Sample.Label(key, canonical(text(pair.value), of: key)))
        }
        if !isSorted { labels.sort { $0.key.isBefore($1.key) } }
        for index in labels.indices.dropFirst() where labels[index].key.hasSameBytes(as: labels[index - 1].key) {
            let key = labels[index].key.quotedForMessage
            throw ExpositionError(line: sampleLine, "the label “\(key)” stands twice")
        }
        if labels.contains(where: \.value.isEmpty) { labels.removeAll(where: \.value.isEmpty) }
        return LabelSet(sorted: labels)
    }

    /// The reader is behind the sample's line by now.
    private var sampleLine: Int { max(1, line - 1) }

    /// Buckets and quantiles are told apart by number, not by how an exporter wrote it.
    private func canonical(_ value: String, of key: String) -> String {
        guard type == .histogram && key == "le" || type == .summary && key == "quantile" else { return value }
        let bytes = Array(value.utf8)
        guard let number = try? GoNumber.double(bytes, 0..<bytes.count) else { return value }
        return ExpositionWriting.openMetricsNumber(number)
    }

    /// With the escapes resolved.
    func text(_ range: Range<Int>, quotesToo: Bool = true) -> String {
        guard bytes[range].contains(UInt8(ascii: "\\")) else { return String(decoding: bytes[range], as: UTF8.self) }
        var result: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\\"), index + 1 < range.upperBound,
                let meant = Self.meaning(of: bytes[index + 1], quotesToo)
            {
                result.append(meant)
                index += 2
            } else {
                result.append(byte)
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func meaning(of escaped: UInt8, _ quotesToo: Bool) -> UInt8? {
        switch escaped {
        case UInt8(ascii: "\\"): UInt8(ascii: "\\")
        case UInt8(ascii: "n"): UInt8(ascii: "\n")
        case UInt8(ascii: "\""): quotesToo ? UInt8(ascii: "\"") : nil
        default: nil
        }
    }

    /// Takes the text of a HELP, TYPE or UNIT line.
    mutating func keep(_ keyword: String, _ text: Range<Int>, of family: Range<Int>) throws(ExpositionError) {
        let familyName = self.text(family)
        var known = metadata[familyName] ?? MetricMetadata()
        switch keyword {
        case "TYPE":
            type = try metricType(text)
            known.type = type
        case "UNIT":
            let unit = String(decoding: bytes[text], as: UTF8.self)
            guard unit.isEmpty || bytes[family].reversed().starts(with: ("_" + unit).utf8.reversed()) else {
                throw mistake("the unit “\(unit.quotedForMessage)” is not the end of the metric's name")
            }
            known.unit = unit
        default:
            try checkUTF8(text, "the help text")
            known.help = self.text(text, quotesToo: format == .openMetrics)
        }
        if metadata[familyName] != nil || metadata.count < limits.families { metadata[familyName] = known }
    }

    private func metricType(_ text: Range<Int>) throws(ExpositionError) -> MetricType {
        let word = String(decoding: bytes[text], as: UTF8.self)
        if format == .text {
            if word == "untyped" { return .unknown }
            if let type = MetricType(rawValue: word), [.counter, .gauge, .histogram, .summary].contains(type) {
                return type
            }
        } else if let type = MetricType(rawValue: word) {
            return type
        }
        throw mistake("“\(String(word.prefix(40)).quotedForMessage)” is no type of metric")
    }
}
