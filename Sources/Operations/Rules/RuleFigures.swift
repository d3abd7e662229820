internal import FleetModel

/// What the rules say about themselves at `/metrics`.
package struct RuleFigures: FigureSource {
    private let board: any RuleBoard

    package init(_ board: any RuleBoard) {
        self.board = board
    }

    package func figures() async -> [FigureFamily] {
        let groups = await board.groups()
        let times = groups.map { group in
            Sample("flotilla_rule_evaluation_duration_seconds", Self.labels(group), group.evaluationTime.seconds)
        }
        let failing = groups.map { group in
            Sample("flotilla_rules_failing", Self.labels(group), Double(group.rules.count { $0.lastError != nil }))
        }
        return [
            FigureFamily(
                "flotilla_rule_evaluation_duration_seconds",
                .gauge,
                "How long the last evaluation of a group took.",
                times
            ),
            FigureFamily("flotilla_rules_failing", .gauge, "Rules whose last evaluation gave an error.", failing),
        ]
    }

    private static func labels(_ group: RuleGroupView) -> [Sample.Label] {
        [.init("file", group.file), .init("rule_group", group.name)]
    }
}
