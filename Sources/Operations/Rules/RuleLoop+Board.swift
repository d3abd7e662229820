internal import Alerting
internal import FleetModel
internal import PromQL

extension RuleLoop: RuleBoard {
    package func groups() async -> [RuleGroupView] {
        current.map { running in
            var view = RuleGroupView(
                name: running.group.name,
                file: running.group.file,
                interval: running.interval,
                rules: running.rules.map { Self.ruleView($0) }
            )
            view.limit = running.group.limit
            view.lastEvaluation = running.lastEvaluation
            view.evaluationTime = running.evaluationTime
            return view
        }
    }

    private static func ruleView(_ running: RunningRule) -> RuleView {
        let alerting = running.rule.alerting.map { alerting in
            RuleView.Alerting(
                hold: alerting.hold,
                keepFiring: alerting.keepFiringFor,
                annotations: LabelSet(sorted: alerting.annotations),
                alerts: running.alerts.current.map { Self.alertView($0) }
            )
        }
        var view = RuleView(
            name: running.rule.name,
            query: running.expression,
            labels: LabelSet(running.rule.labels),
            alerting: alerting
        )
        view.lastError = running.fault?.problem
        view.lastEvaluation = running.lastEvaluation
        view.evaluationTime = running.evaluationTime
        return view
    }

    private static func alertView(_ alert: ActiveAlert) -> AlertView {
        var view = AlertView(
            labels: alert.labels,
            annotations: alert.annotations,
            isFiring: alert.isFiring,
            activeAt: alert.activeAt,
            value: alert.value
        )
        if case .firing(_, .keeping(let since)) = alert.phase { view.keepFiringSince = since }
        return view
    }
}
