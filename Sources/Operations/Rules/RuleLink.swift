import GoTemplate

/// Where an expression can be looked at, as Prometheus' pages have it.
enum RuleLink {
    static func table(_ expression: String) -> String {
        "/graph?g0.expr=\(GoEscaping.query(expression))&g0.tab=1"
    }
}
