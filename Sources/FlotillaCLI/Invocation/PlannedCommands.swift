import FleetModel

/// Commands that scripts may expect and that are not built yet: they say so by name instead of "unknown".
enum PlannedCommands {
    private static let names: Set<String> = [
        "health", "playbook", "template", "config", "drift",
        "secrets", "vault", "rollout", "backup", "schedule",
    ]

    /// - Throws: `UsageError` with `usage.not_built` when the call is for one of them.
    static func check(_ words: [String]) throws(UsageError) {
        guard let name = words.first(where: { !$0.hasPrefix("-") }), names.contains(name) else { return }
        throw UsageError(
            "not_built",
            "“\(name)” is not built yet in this version",
            advice: "see CHANGELOG.md for what is, and: flotilla help"
        )
    }
}
