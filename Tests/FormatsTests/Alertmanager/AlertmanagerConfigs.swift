/// Configurations of our own; whether each is taken is asked of the real `amtool`.
enum AlertmanagerConfigs {
    private static let route = "route: {receiver: a}\n"
    private static let receivers = "receivers: [{name: a}, {name: b}, {name: c}]\n"

    private static func routes(_ list: String) -> String { "route: {receiver: a, routes: [\(list)]}\n" + receivers }

    private static func root(_ fields: String) -> String { "route: {receiver: a, \(fields)}\n" + receivers }

    private static func interval(_ content: String) -> String {
        route + receivers + "time_intervals: [{name: t, time_intervals: [\(content)]}]\n"
    }

    static let all: [(name: String, text: String)] =
        trees + names + durations + matchers + intervals
        + [
            ("an empty file", ""), ("only a comment", "# nothing\n"), ("a list", "- a\n"), ("no route", receivers),
            ("no receivers", route), ("unknown field", route + receivers + "foo: 1\n"),
            ("unknown global", "global: {foo: 1}\n" + route + receivers),
            (
                "known globals",
                "global: {resolve_timeout: 1m, smtp_smarthost: 'x:25', smtp_from: a@b}\n" + route + receivers
            ),
            ("a broken text", "route: {receiver: a\n"), ("templates", route + receivers + "templates: ['x*.tmpl']\n"),
            ("global is a list", "global: [a]\n" + route + receivers),
        ]

    private static let trees = [
        ("one route", route + receivers), ("route is a list", "route: [a]\n" + receivers),
        ("unknown route field", root("foo: 1")), ("unknown field below", routes("{bar: 1}")),
        ("a field twice", "route: {receiver: a, receiver: b}\n" + receivers),
        ("no root receiver", "route: {group_by: [a]}\n" + receivers),
        ("an empty root receiver", "route: {receiver: ''}\n" + receivers),
        ("unknown receiver", "route: {receiver: x}\n" + receivers), ("unknown receiver below", routes("{receiver: x}")),
        ("root matchers", root("matchers: [a=b]")), ("root match", root("match: {a: b}")),
        ("root match_re", root("match_re: {a: b}")), ("empty root matchers", root("matchers: [], match: {}")),
        ("root continue", root("continue: true")), ("root continue false", root("continue: false")),
        ("root mute", root("mute_time_intervals: [x]")), ("root active", root("active_time_intervals: [x]")),
        ("empty root mute", root("mute_time_intervals: []")), ("continue yes", routes("{continue: yes}")),
        ("continue maybe", routes("{continue: maybe}")), ("group by all", root("group_by: ['...']")),
        ("group by all and more", root("group_by: ['...', a]")), ("group by twice", root("group_by: [a, a]")),
        ("group by nothing", root("group_by: []")), ("group by an empty name", root("group_by: ['']")),
        ("group by UTF-8", root("group_by: ['ü b']")), ("group by text", root("group_by: a")),
        ("routes is a mapping", root("routes: {receiver: b}")), ("null values", root("routes: , group_by: ")),
    ]

    private static let names = [
        ("a receiver twice", route + "receivers: [{name: a}, {name: a}]\n"),
        ("a receiver without a name", route + "receivers: [{}, {name: a}]\n"),
        ("an unknown receiver field", route + "receivers: [{name: a, foo: 1}]\n"),
        ("a webhook", route + "receivers: [{name: a, webhook_configs: [{url: 'http://localhost/'}]}]\n"),
        ("a webhook without a url", route + "receivers: [{name: a, webhook_configs: [{}]}]\n"),
        ("a webhook with an odd url", route + "receivers: [{name: a, webhook_configs: [{url: 'ftp://x/'}]}]\n"),
        (
            "a webhook with an unknown field",
            route + "receivers: [{name: a, webhook_configs: [{url: 'http://x/', foo: 1}]}]\n"
        ),
    ]

    private static let durations =
        [
            "5s", "5", "0", "0s", "1h30m", "30m1h", "-1s", "1.5h", "''", "1s1s", "1y", "99999y", "1d", "abc", "500ms",
        ]
        .map { ("repeat_interval \($0)", root("repeat_interval: \($0)")) } + [
            ("group_wait 0s", root("group_wait: 0s")), ("group_interval 0s", root("group_interval: 0s")),
            ("zero below", routes("{repeat_interval: 0s}")),
            ("resolve 0s", "global: {resolve_timeout: 0s}\n" + route + receivers),
        ]

    private static let matchers =
        [
            "'a=b'", "'a = \"b\"'", "'{a=b, c!=\"d\"}'", "'a=~\"b.*\"'", "'a=~\"(\"'", "'a!~b|c'", "b", "''", "'{}'",
            "'a='", "'a=b,'", "',a=b'", "'a=b,,c=d'", "'\"a b\"=c'", "'ü=1'", "'0a=b'", "'a=\"b'", "'a=b\"'", "'a=b c'",
            "'a==b'", "'{a=b'", "'a=b}'", "'a:b=c'", "'a=\"\\\\x41\"'", "'a=\"\\\\d\"'", "'a=''b'''", "'a=~\"\\\\d+\"'",
        ]
        .map { ("matchers [\($0)]", routes("{matchers: [\($0)]}")) } + [
            ("match with a bad name", routes("{match: {'x y': b}}")),
            ("match with a digit first", routes("{match: {0a: b}}")),
            ("match_re UTF-8", routes("{match_re: {'ü': b}}")),
            ("match_re with a bad pattern", routes("{match_re: {a: '('}}")),
            ("match a number", routes("{match: {a: 1}}")), ("matchers as text", routes("{matchers: a=b}")),
            (
                "all forms of inhibition",
                route + receivers
                    + "inhibit_rules: [{source_match: {a: b}, source_match_re: {c: d}, source_matchers: [e=f], equal: [x y]}, {}]\n"
            ),
            ("inhibition with an unknown field", route + receivers + "inhibit_rules: [{sources: []}]\n"),
            (
                "inhibition with a name",
                route + receivers + "inhibit_rules: [{name: x, target_matchers: ['a=\"b\"']}]\n"
            ),
        ]

    private static let days = [
        "1", "31", "32", "0", "-31", "-32", "1:5", "5:1", "-5:-1", "-1:-5", "1:-1", "27:-1", "28:-1", "29:-1", "30:-1",
        "5:-28", "-1:5",
        "1:2:3", "x",
    ]
    .map { ("days_of_month \($0)", interval("{days_of_month: ['\($0)']}")) }

    private static let intervals =
        days + [
            ("a day", interval("{times: [{start_time: 09:00, end_time: '24:00'}]}")),
            ("a time that ends first", interval("{times: [{start_time: '10:00', end_time: '09:00'}]}")),
            ("a time of no length", interval("{times: [{start_time: '10:00', end_time: '10:00'}]}")),
            ("a short hour", interval("{times: [{start_time: '1:00', end_time: '09:00'}]}")),
            ("25 o'clock", interval("{times: [{start_time: '01:00', end_time: '25:00'}]}")),
            ("a time without an end", interval("{times: [{start_time: '01:00'}]}")),
            ("weekdays", interval("{weekdays: [Monday, 'tuesday:friday', 'sunday:monday']}")),
            ("weekdays around the week", interval("{weekdays: ['saturday:sunday']}")),
            ("no weekday", interval("{weekdays: [moonday]}")),
            ("months", interval("{months: [1, 'january:3', 'May:august']}")),
            ("months around the year", interval("{months: ['december:january']}")),
            ("no month", interval("{months: [jan]}")),
            ("years", interval("{years: [2020, '2020:2030']}")),
            ("years backwards", interval("{years: ['2030:2020']}")), ("a zone", interval("{location: Europe/Berlin}")),
            ("no such zone", interval("{location: Nowhere/X}")), ("UTC", interval("{location: UTC}")),
            ("an unknown part", interval("{foo: []}")), ("an interval of nothing", interval("{}")),
            ("two of a name", route + receivers + "time_intervals: [{name: t}]\nmute_time_intervals: [{name: t}]\n"),
            ("an interval without a name", route + receivers + "time_intervals: [{time_intervals: []}]\n"),
            ("an unknown interval", routes("{mute_time_intervals: [t]}")),
            (
                "intervals of both kinds",
                routes("{mute_time_intervals: [x], active_time_intervals: [y]}")
                    + "mute_time_intervals: [{name: x}]\ntime_intervals: [{name: y}]\n"
            ),
        ]
}
