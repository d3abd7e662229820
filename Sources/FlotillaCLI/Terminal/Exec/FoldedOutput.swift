package import FleetModel

/// The end of a run over many nodes: equal outputs once, the ones that differ as a difference, then what failed.
package struct FoldedOutput {
    private let groups: OutcomeGroups
    private let fold: ([NodeName]) -> String

    /// `fold` writes names as a selector, such as `pi-[01-11]`.
    package init(_ results: [NodeName: CommandResult], fold: @escaping ([NodeName]) -> String) {
        self.groups = OutcomeGroups(results)
        self.fold = fold
    }

    /// For standard output: every group with its output.
    package var results: [StyledText] {
        let majority = groups.majority
        return groups.finished.enumerated().flatMap { index, group in
            guard let majority, index > 0, let difference = difference(of: group, to: majority) else {
                return block(group)
            }
            return [header(group) + StyledText("  differs from \(fold(majority.nodes))", .muted)] + difference
        }
    }

    /// For standard error: one block for each kind of failure. What the nodes had sent before stands in it too.
    package var failures: [StyledText] {
        groups.failed.flatMap { group in
            failure(group) + advice(group) + output(group.result)
        }
    }

    private static let examples = 3

    private func failure(_ group: OutcomeGroup) -> [StyledText] {
        let problems = group.errors.map { StyledText(TerminalText.visible($0.problem), .bad) }
        guard problems.count > 1 else { return problems.map { $0 + StyledText("  [\(group.errors[0].code)]", .muted) } }
        let title =
            StyledText(fold(group.nodes), .emphasis) + StyledText(" (\(group.nodes.count)): ", .muted)
            + StyledText(group.errors[0].code, .bad)
        let more = problems.count - Self.examples
        return [title] + problems.prefix(Self.examples).map { StyledText("  ") + $0 }
            + (more > 0 ? [StyledText("  … and \(HumanUnits.grouped(more)) more like these", .muted)] : [])
    }

    private func advice(_ group: OutcomeGroup) -> [StyledText] {
        TerminalText.visibleLines(Array((group.errors.first?.advice ?? "").utf8)).map {
            StyledText("  do: ", .muted) + StyledText($0)
        }
    }

    private func header(_ group: OutcomeGroup) -> StyledText {
        var text = StyledText(fold(group.nodes), .emphasis) + StyledText(" (\(group.nodes.count))", .muted)
        switch group.result.ending {
        case .exited(0), .failed: break
        case .exited(let code): text.append(" exit \(code)", .bad)
        case .signalled(let name): text.append(" ended by SIG\(TerminalText.visible(name))", .bad)
        }
        text.append(":", .muted)
        return text
    }

    private func block(_ group: OutcomeGroup) -> [StyledText] {
        let stdout = TerminalText.visibleLines(group.result.stdout.head)
        let hasMore = group.result.stdout.isPartial || group.result.stderr.total > 0
        if stdout.count == 1, !hasMore { return [header(group) + StyledText(" " + stdout[0])] }
        let output = output(group.result)
        return output.isEmpty ? [header(group) + StyledText(" no output", .muted)] : [header(group)] + output
    }

    private func output(_ result: CommandResult) -> [StyledText] {
        let stdout = TerminalText.visibleLines(result.stdout.head).map { StyledText("  " + $0) }
        let stderr = TerminalText.visibleLines(result.stderr.head).map { StyledText("! ", .warning) + StyledText($0) }
        return stdout + result.stdout.more + stderr + result.stderr.more
    }

    // A difference must say less than the output itself; where nothing is shared, the output is the better answer.
    private func difference(of group: OutcomeGroup, to majority: OutcomeGroup) -> [StyledText]? {
        let old = group.result.stdout.isPartial ? nil : majority.result.comparable
        guard let old, !majority.result.stdout.isPartial else { return nil }
        let new = group.result.comparable
        guard !new.isEmpty, let difference = LineDifference(from: old, to: new) else { return nil }
        let areShort = old.count <= 1 && new.count <= 1
        guard difference.commonCount > 0 || areShort else { return nil }
        guard difference.commonCount < max(old.count, new.count) else { return nil }
        let lines = difference.unified { TerminalText.visible($0.bytes) }
        return (areShort ? Array(lines.dropFirst()) : lines).map { StyledText("  ") + $0 }
    }
}

/// A line of output with the stream it came on.
private struct SourcedLine: Equatable {
    var stream: OutputChunk.Stream
    var bytes: ArraySlice<UInt8>
}

extension CommandResult {
    fileprivate var comparable: [SourcedLine] {
        func lines(_ output: CapturedOutput, _ stream: OutputChunk.Stream) -> [SourcedLine] {
            var lines = output.head.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            if lines.last?.isEmpty == true { lines.removeLast() }
            return lines.map { SourcedLine(stream: stream, bytes: $0) }
        }
        return lines(stdout, .stdout) + lines(stderr, .stderr)
    }
}

extension CapturedOutput {
    fileprivate var isPartial: Bool { total > head.count || isTruncated }

    fileprivate var more: [StyledText] {
        guard isPartial else { return [] }
        let rest = HumanUnits.bytes(Double(total - head.count))
        let place = spill.map { ", all that was kept is in " + TerminalText.visible($0) } ?? ""
        return [StyledText("  … \(rest) more\(place)\(isTruncated ? ", cut off at the limit" : "")", .muted)]
    }
}
