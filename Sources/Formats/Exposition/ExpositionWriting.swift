internal import FleetModel
package import Operations

/// Families of samples as text that Prometheus reads back to the same samples.
package enum ExpositionWriting {
    /// Each family once; in OpenMetrics a family's points of one series must be in order of time.
    package static func text(_ families: [MetricFamily], as format: ExpositionFormat) -> [UInt8] {
        var output: [UInt8] = []
        for family in families { write(family, as: format, into: &output) }
        end(as: format, into: &output)
        return output
    }

    /// One family; for texts too long to be made at once. Stale markers are left out: no text has a word for them.
    package static func write(_ family: MetricFamily, as format: ExpositionFormat, into output: inout [UInt8]) {
        writeMetadata(of: family, as: format, into: &output)
        for point in family.points where !point.value.isStaleMarker {
            writeSeries(point.labels, into: &output)
            output.append(UInt8(ascii: " "))
            switch format {
            case .text:
                output += GoNumberText.text(point.value).utf8
                if let at = point.at { output += " \(at.milliseconds)".utf8 }
            case .openMetrics:
                output += openMetricsNumber(point.value).utf8
                if let at = point.at { output += (" " + seconds(at)).utf8 }
            }
            output.append(UInt8(ascii: "\n"))
        }
    }

    /// What must stand at the end.
    package static func end(as format: ExpositionFormat, into output: inout [UInt8]) {
        if format == .openMetrics { output += "# EOF\n".utf8 }
    }

    /// As Prometheus writes the labels `le` and `quantile`: always with a point or an exponent.
    package static func openMetricsNumber(_ value: Double) -> String {
        let text = GoNumberText.text(value)
        return value.isFinite && !text.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e") })
            ? text + ".0" : text
    }

    /// Exact to the millisecond.
    private static func seconds(_ at: Timestamp) -> String {
        let size = at.milliseconds.magnitude
        let sign = at.milliseconds < 0 ? "-" : ""
        guard size % 1000 != 0 else { return "\(sign)\(size / 1000)" }
        let rest = String(size % 1000)
        return "\(sign)\(size / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }

    private static func writeMetadata(
        of family: MetricFamily,
        as format: ExpositionFormat,
        into output: inout [UInt8]
    ) {
        let type = writtenType(of: family, as: format)
        var name = family.name
        if format == .openMetrics, type == "counter", name.hasSuffix("_total") { name.removeLast(6) }
        let shown = isLegacy(name) ? Array(name.utf8) : quoted(name)
        func line(_ keyword: String, _ text: [UInt8]) {
            output += "# \(keyword) ".utf8
            output += shown
            output.append(UInt8(ascii: " "))
            output += text
            output.append(UInt8(ascii: "\n"))
        }
        let help = family.metadata.help
        if !help.isEmpty { line("HELP", escaped(help, quotesToo: format == .openMetrics)) }
        line("TYPE", Array(type.utf8))
        let unit = family.metadata.unit
        if format == .openMetrics, !unit.isEmpty, name.hasSuffix("_" + unit) { line("UNIT", Array(unit.utf8)) }
    }

    /// What the format has a word for; a counter of OpenMetrics that is not called `…_total` is none.
    private static func writtenType(of family: MetricFamily, as format: ExpositionFormat) -> String {
        switch (format, family.metadata.type) {
        case (.text, .unknown), (.text, .gaugeHistogram): "untyped"
        case (.text, .info), (.text, .stateSet): "gauge"
        case (.openMetrics, .counter):
            family.points.allSatisfy { $0.labels[LabelSet.nameLabel].hasSuffix("_total") } ? "counter" : "unknown"
        default: family.metadata.type.rawValue
        }
    }

    private static func writeSeries(_ labels: LabelSet, into output: inout [UInt8]) {
        let name = labels[LabelSet.nameLabel]
        let isPlain = isLegacy(name)
        if isPlain { output += name.utf8 }
        guard !isPlain || labels.labels.count > 1 else { return }
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        if !isPlain {
            output += quoted(name)
            isFirst = false
        }
        for label in labels.labels where label.key != LabelSet.nameLabel {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            output += LabelSet.isPlainLabel(label.key) ? Array(label.key.utf8) : quoted(label.key)
            output.append(UInt8(ascii: "="))
            output += quoted(label.value)
        }
        output.append(UInt8(ascii: "}"))
    }

    /// True for names that need no quotes.
    private static func isLegacy(_ name: String) -> Bool {
        name.utf8.first.map(ByteKind.isNameStart) == true && name.utf8.allSatisfy(ByteKind.isName)
    }

    private static func quoted(_ text: String) -> [UInt8] {
        [UInt8(ascii: "\"")] + escaped(text, quotesToo: true) + [UInt8(ascii: "\"")]
    }

    private static func escaped(_ text: String, quotesToo: Bool) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): output += [byte, byte]
            case UInt8(ascii: "\n"): output += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\"") where quotesToo: output += [UInt8(ascii: "\\"), byte]
            default: output.append(byte)
            }
        }
        return output
    }
}

/// The texts of Prometheus behind the port.
package struct PrometheusExposition: ExpositionText {
    package init() {}

    package func reader(
        _ bytes: [UInt8],
        as format: ExpositionFormat,
        limits: ExpositionLimits
    ) -> any ExpositionReader {
        ExpositionParser(bytes, as: format, limits: limits)
    }

    package func text(_ families: [MetricFamily], as format: ExpositionFormat) -> [UInt8] {
        ExpositionWriting.text(families, as: format)
    }
}
