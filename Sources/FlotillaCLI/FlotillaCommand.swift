package import ArgumentParser

/// The root of the command line.
package struct FlotillaCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "flotilla",
        abstract: "Runs a fleet of Linux machines over SSH, with nothing installed on them but a key.",
        groupedSubcommands: [
            CommandGroup(
                name: "The fleet",
                subcommands: [
                    Initialise.self, Register.self, List.self, Details.self, Update.self, Unregister.self, Status.self,
                    GroupCommand.self, InventoryCommand.self, RegistryCommand.self,
                ]
            ),
            CommandGroup(
                name: "Trust",
                subcommands: [EnrollCommand.self, HostKeys.self, Keys.self, AuditCommand.self]
            ),
            CommandGroup(
                name: "Running",
                subcommands: [
                    ExecCommand.self, ExecAll.self, DeployCommand.self, Logs.self, Test.self, Ping.self, Facts.self,
                ]
            ),
            CommandGroup(
                name: "Figures",
                subcommands: [
                    Collect.self, CollectorCommand.self, Serve.self, DashboardCommand.self, QueryCommand.self,
                    MetricsCommand.self, RulesCommand.self,
                ]
            ),
            CommandGroup(name: "Alerts", subcommands: [AlertsCommand.self, SilenceCommand.self, NotifyCommand.self]),
            CommandGroup(name: "Flotilla", subcommands: [LabCommand.self, Version.self, Completions.self]),
        ]
    )

    package init() {}
}
