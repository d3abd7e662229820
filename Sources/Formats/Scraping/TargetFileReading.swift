internal import FleetModel
package import Operations

/// A file of `file_sd_configs` into groups of targets.
package enum TargetFileReading {
    /// - Throws: `MonitoringErrors`; the groups from before go on then.
    package static func read(_ bytes: [UInt8], path: String) throws(MonitoringErrors) -> [TargetGroup] {
        let mistakes = ConfigMistakes()
        let reading = ScrapeJobReading(mistakes: mistakes, path: path)
        var groups: [TargetGroup] = []
        do throws(YAMLFault) {
            if let root = try YAMLDocument.root(of: bytes), !root.isNull {
                guard case .sequence(let nodes) = root.content else {
                    throw YAMLFault(reason: "expected a list of targets and labels", mark: root.mark)
                }
                for (index, node) in nodes.enumerated() {
                    var group = reading.group(node, source: "\(path):\(index)")
                    group.labels["__meta_filepath"] = path
                    groups.append(group)
                }
            }
        } catch {
            mistakes.add(error.reason, error.mark)
        }
        let lines = mistakes.lines(of: path)
        guard lines.isEmpty else { throw MonitoringErrors(lines) }
        return groups
    }
}
