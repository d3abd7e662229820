package import FleetModel

/// An opened fleet: the ports that every use case draws from.
package struct Fleet: Sendable {
    package let home: Home
    package let inventory: any InventoryStore
    package let audit: any AuditLog
    package let samples: any SampleStore
    package let keys: any KeyFolder
    /// Runs on nodes: through the daemon's warm connections where one runs, else in this process.
    package let shell: any RemoteShell
    /// Always this process' own connections, for credentials that the daemon must not hold (`enroll`).
    package let ownShell: any RemoteShell
    /// The daemon of this home, where one runs.
    package let daemon: (any Daemon)?
    package let actor: Actor
    package let now: @Sendable () -> Timestamp
    package let clock: any Clock<Duration>

    package init(
        home: Home,
        stores: Stores,
        keys: any KeyFolder,
        shells: Shells,
        actor: Actor,
        now: @escaping @Sendable () -> Timestamp,
        clock: any Clock<Duration>
    ) {
        self.home = home
        self.inventory = stores.inventory
        self.audit = stores.audit
        self.samples = stores.samples
        self.keys = keys
        self.shell = shells.shell
        self.ownShell = shells.own
        self.daemon = shells.daemon
        self.actor = actor
        self.now = now
        self.clock = clock
    }

    /// What keeps the fleet's state.
    package struct Stores: Sendable {
        package var inventory: any InventoryStore
        package var audit: any AuditLog
        package var samples: any SampleStore

        package init(inventory: any InventoryStore, audit: any AuditLog, samples: any SampleStore) {
            self.inventory = inventory
            self.audit = audit
            self.samples = samples
        }
    }

    /// What reaches the nodes.
    package struct Shells: Sendable {
        package var shell: any RemoteShell
        package var own: any RemoteShell
        package var daemon: (any Daemon)?

        package init(shell: any RemoteShell, own: any RemoteShell, daemon: (any Daemon)?) {
            self.shell = shell
            self.own = own
            self.daemon = daemon
        }
    }

    /// The destinations of the registry as it is now.
    package func routes(_ inventory: Inventory) throws -> Routes {
        try Routes(inventory: inventory, keys: keys.keys())
    }

    /// Ends what this process opened.
    package func close() async {
        await ownShell.shutdown()
    }
}
