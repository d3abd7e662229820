package import Alerting
internal import FleetModel

/// `alertmanager.yml` as Alertmanager 0.33 reads it; every mistake in one go, with its place.
package struct AlertmanagerReading {
    /// The rules of a time zone by its name; nil for one that this machine does not know.
    package typealias Zones = (String) -> TimeZoneRules?

    let mistakes = MistakeList()
    let zones: Zones

    /// - Throws: `AlertmanagerErrors` with everything that is wrong.
    package static func read(_ bytes: [UInt8], path: String, zones: @escaping Zones) throws(AlertmanagerErrors)
        -> NotificationPlan
    {
        try read(bytes, path: path, zones: zones, receivers: nil)
    }

    static func read(
        _ bytes: [UInt8],
        path: String,
        zones: @escaping Zones,
        receivers: ReceiverReading.Kinds?
    ) throws(AlertmanagerErrors) -> NotificationPlan {
        let reading = AlertmanagerReading(zones: zones)
        var plan: NotificationPlan?
        do throws(YAMLFault) {
            plan = reading.plan(try YAMLComposing.compose(bytes), receivers)
        } catch {
            reading.mistakes.add(error.reason, at: error.mark)
        }
        let mistakes = reading.mistakes.lines(path)
        guard let plan, mistakes.isEmpty else { throw AlertmanagerErrors(mistakes) }
        return plan
    }

    private func plan(_ root: YAMLNode?, _ kinds: ReceiverReading.Kinds?) -> NotificationPlan? {
        let start = YAMLMark(line: 1, column: 1)
        guard let root, !root.isNull else {
            mistakes.add("no route provided: the file needs “route” and “receivers”", at: start)
            return nil
        }
        guard let file = KnownMapping(root, "the file", keys: Self.keys, mistakes) else { return nil }
        let timeout = resolveTimeout(file)
        let intervals = intervals(file)
        let receivers = ReceiverReading(mistakes: mistakes).read(
            file,
            kinds ?? IntegrationReading(global: file["global"], mistakes).integration
        )
        guard let node = file["route"] else {
            mistakes.add("no route provided", at: file.mark("route"))
            return nil
        }
        let names = RouteReading.Names(receivers: Set(receivers.map(\.name)), intervals: Set(intervals.keys))
        let route = RouteReading(mistakes: mistakes, names: names).root(node)
        let inhibitions = (file.list("inhibit_rules") ?? []).compactMap { inhibition($0) }
        if file["tracing"] != nil {
            mistakes.add("“tracing” is not supported: leave it out", at: file.mark("tracing"))
        }
        return route.map {
            NotificationPlan(
                root: $0,
                receivers: receivers,
                inhibitions: inhibitions,
                intervals: intervals,
                policy: AlertPolicy(resolveTimeout: timeout),
                templates: file.texts("templates") ?? []
            )
        }
    }

    private func resolveTimeout(_ file: KnownMapping) -> Duration {
        let standard = Duration.seconds(300)
        guard let node = file["global"], let global = KnownMapping(node, "global", keys: Self.globalKeys, mistakes)
        else { return standard }
        return global.duration("resolve_timeout") ?? standard
    }

    private func inhibition(_ node: YAMLNode) -> InhibitionRule? {
        let keys: Set = [
            "name", "source_match", "source_match_re", "source_matchers", "target_match", "target_match_re",
            "target_matchers", "equal",
        ]
        guard let rule = KnownMapping(node, "an inhibition rule", keys: keys, mistakes) else { return nil }
        return InhibitionRule(
            name: rule.text("name") ?? "",
            source: MatcherFields.read(rule, "source_match", "source_match_re", "source_matchers"),
            target: MatcherFields.read(rule, "target_match", "target_match_re", "target_matchers"),
            equal: rule.texts("equal") ?? []
        )
    }

    private static let keys: Set = [
        "global", "templates", "route", "inhibit_rules", "receivers", "mute_time_intervals", "time_intervals",
        "tracing",
    ]

    static let globalKeys: Set = [
        "resolve_timeout", "http_config", "smtp_from", "smtp_hello", "smtp_smarthost", "smtp_auth_username",
        "smtp_auth_password", "smtp_auth_password_file", "smtp_auth_secret", "smtp_auth_secret_file",
        "smtp_auth_identity", "smtp_require_tls", "smtp_tls_config", "smtp_force_implicit_tls", "slack_api_url",
        "slack_api_url_file", "slack_app_token", "slack_app_token_file", "slack_app_url", "pagerduty_url",
        "opsgenie_api_url", "opsgenie_api_key", "opsgenie_api_key_file", "wechat_api_url", "wechat_api_secret",
        "wechat_api_secret_file", "wechat_api_corp_id", "victorops_api_url", "victorops_api_key",
        "victorops_api_key_file", "telegram_api_url", "telegram_bot_token", "telegram_bot_token_file",
        "webex_api_url", "jira_api_url", "rocketchat_api_url", "rocketchat_token", "rocketchat_token_file",
        "rocketchat_token_id", "rocketchat_token_id_file", "mattermost_webhook_url", "mattermost_webhook_url_file",
    ]
}

/// Everything that is wrong with an `alertmanager.yml`: it is refused whole.
package struct AlertmanagerErrors: Explained, Hashable {
    /// `file:line:column: what is wrong`, in the order of the file.
    package let mistakes: [String]

    package init(_ mistakes: [String]) { self.mistakes = mistakes }

    package var code: String { "usage.bad_alertmanager_file" }
    package var problem: String { mistakes.joined(separator: "\n") }
    package var advice: String? { "nothing of the file was used; what ran before goes on" }
}
