package import GoTemplate

/// The texts of receivers that say nothing of their own. The names are Alertmanager's, so that its configurations find
/// them; the words are ours.
package enum DefaultTemplates {
    /// Adds them to a set; a user's templates come later and replace them.
    ///
    /// - Throws: `TemplateError`.
    package static func add(to set: inout GoTemplate) throws(TemplateError) {
        try set.add(shared, name: "default.tmpl")
        try set.add(chats, name: "chats.tmpl")
        try set.add(pagers, name: "pagers.tmpl")
        try set.add(mail, name: "email.tmpl")
    }

    private static let shared = """
        {{ define "__alertmanager" }}Flotilla{{ end }}
        {{ define "__alertmanagerURL" }}{{ .ExternalURL }}{{ end }}
        {{ define "__subject" }}{{ if eq .Status "firing" }}FIRING {{ .Alerts.Firing | len }}{{ else }}RESOLVED\
        {{ end }}: {{ with .CommonLabels.alertname }}{{ . }}{{ else }}{{ .GroupLabels.Values | join " " }}{{ end }}\
        {{ with .CommonLabels.node }} on {{ . }}{{ end }}{{ end }}
        {{ define "__alert" }}{{ .Labels.alertname }}{{ with .Labels.node }} on {{ . }}{{ end }}\
        {{ with .Annotations.summary }}: {{ . }}{{ end }}
        {{ with .Annotations.description }}{{ . }}
        {{ end }}{{ range (.Labels.Remove (stringSlice "alertname" "node")).SortedPairs }}{{ .Name }}={{ .Value }} \
        {{ end }}
        since {{ .StartsAt.UTC.Format "2006-01-02 15:04:05 MST" }}{{ if eq .Status "resolved" }}, \
        ended {{ .EndsAt.UTC.Format "2006-01-02 15:04:05 MST" }}{{ end }}
        {{ with .GeneratorURL }}{{ . }}
        {{ end }}{{ end }}
        {{ define "__text_alert_list" }}{{ range . }}{{ template "__alert" . }}
        {{ end }}{{ end }}
        {{ define "__message" }}{{ with .Alerts.Firing }}Firing:
        {{ template "__text_alert_list" . }}{{ end }}{{ with .Alerts.Resolved }}Resolved:
        {{ template "__text_alert_list" . }}{{ end }}{{ end }}
        """

    private static let chats = """
        {{ define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end }}
        {{ define "slack.default.title" }}{{ template "__subject" . }}{{ end }}
        {{ define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
        {{ define "slack.default.pretext" }}{{ end }}
        {{ define "slack.default.color" }}{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}{{ end }}
        {{ define "slack.default.text" }}{{ template "__message" . }}{{ end }}
        {{ define "slack.default.fallback" }}{{ template "__subject" . }}{{ end }}
        {{ define "slack.default.callbackid" }}{{ end }}
        {{ define "slack.default.iconemoji" }}{{ end }}
        {{ define "slack.default.iconurl" }}{{ end }}
        {{ define "slack.default.footer" }}{{ end }}
        {{ define "telegram.default.message" }}{{ template "__subject" . }}

        {{ template "__message" . }}{{ end }}
        {{ define "discord.default.title" }}{{ template "__subject" . }}{{ end }}
        {{ define "discord.default.message" }}{{ template "__message" . }}{{ end }}
        {{ define "discord.default.content" }}{{ end }}
        {{ define "ntfy.default.title" }}{{ template "__subject" . }}{{ end }}
        {{ define "ntfy.default.message" }}{{ template "__message" . }}{{ end }}
        """

    private static let pagers = """
        {{ define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end }}
        {{ define "pagerduty.default.client" }}{{ template "__alertmanager" . }}{{ end }}
        {{ define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end }}
        {{ define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end }}
        {{ define "pushover.default.title" }}{{ template "__subject" . }}{{ end }}
        {{ define "pushover.default.message" }}{{ template "__message" . }}{{ end }}
        {{ define "pushover.default.url" }}{{ template "__alertmanagerURL" . }}{{ end }}
        """

    private static let mail = """
        {{ define "email.default.subject" }}{{ template "__subject" . }}{{ end }}
        {{ define "__mail_alerts" }}{{ range . }}<tr><td style="padding: 8px 0; border-top: 1px solid #ddd">\
        <b>{{ .Labels.alertname }}</b>{{ with .Labels.node }} on <b>{{ . }}</b>{{ end }}<br>
        {{ with .Annotations.summary }}{{ . }}<br>
        {{ end }}{{ with .Annotations.description }}{{ . }}<br>
        {{ end }}<small>{{ range .Labels.SortedPairs }}{{ .Name }}={{ .Value }} {{ end }}<br>
        since {{ .StartsAt.UTC.Format "2006-01-02 15:04:05 MST" }}{{ if eq .Status "resolved" }}, \
        ended {{ .EndsAt.UTC.Format "2006-01-02 15:04:05 MST" }}{{ end }}\
        {{ with .GeneratorURL }} &middot; <a href="{{ . }}">source</a>{{ end }}</small></td></tr>
        {{ end }}{{ end }}
        {{ define "email.default.html" }}<!DOCTYPE html>
        <html><body style="font-family: sans-serif; max-width: 640px">
        <h2>{{ template "__subject" . }}</h2>
        {{ with .Alerts.Firing }}<h3>Firing</h3><table style="width: 100%">
        {{ template "__mail_alerts" . }}</table>
        {{ end }}{{ with .Alerts.Resolved }}<h3>Resolved</h3><table style="width: 100%">
        {{ template "__mail_alerts" . }}</table>
        {{ end }}{{ with .ExternalURL }}<p><a href="{{ . }}">{{ . }}</a></p>
        {{ end }}</body></html>
        {{ end }}
        """
}
