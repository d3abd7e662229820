extension Schema {
    /// What is known of alerts, what was told of them, silences, messages under way, and why.
    static let alerts = Schema(
        name: "alerts",
        applicationID: 0x464C_5441,  // "FLTA"
        migrations: [Migration(name: "0001 alerts", sql: alertTables)],
        objects: [
            "migrations", "versions", "alerts", "notice_records", "silences", "deliveries", "alert_history",
            "alert_history_by_time", "silences_are_counted_in", "silences_are_counted_on", "silences_are_counted_out",
        ]
    )

    private static let alertTables = """
        CREATE TABLE migrations (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

        -- Counters that tell a reader whether what it holds in memory is still true.
        CREATE TABLE versions (what TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO versions VALUES ('silences', 1);

        CREATE TABLE alerts (
            fingerprint TEXT PRIMARY KEY NOT NULL CHECK (length(fingerprint) = 16),
            document TEXT NOT NULL CHECK (json_valid(document))
        ) STRICT, WITHOUT ROWID;

        -- What a place was last told about a group.
        CREATE TABLE notice_records (
            receiver TEXT NOT NULL,
            kind TEXT NOT NULL,
            place INTEGER NOT NULL CHECK (place >= 0),
            group_key TEXT NOT NULL,
            document TEXT NOT NULL CHECK (json_valid(document)),
            PRIMARY KEY (receiver, kind, place, group_key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE silences (
            id TEXT PRIMARY KEY NOT NULL CHECK (length(id) > 0),
            starts_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL CHECK (ends_at >= starts_at),
            document TEXT NOT NULL CHECK (json_valid(document))
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER silences_are_counted_in AFTER INSERT ON silences
            BEGIN UPDATE versions SET number = number + 1 WHERE what = 'silences'; END;
        CREATE TRIGGER silences_are_counted_on AFTER UPDATE ON silences
            BEGIN UPDATE versions SET number = number + 1 WHERE what = 'silences'; END;
        CREATE TRIGGER silences_are_counted_out AFTER DELETE ON silences
            BEGIN UPDATE versions SET number = number + 1 WHERE what = 'silences'; END;

        -- Decided on, and not yet taken by the far side; dead ones were given up.
        CREATE TABLE deliveries (
            id TEXT PRIMARY KEY NOT NULL CHECK (length(id) > 0),
            decided_at INTEGER NOT NULL,
            is_dead INTEGER NOT NULL CHECK (is_dead IN (0, 1)),
            document TEXT NOT NULL CHECK (json_valid(document))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE alert_history (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            event TEXT NOT NULL CHECK (length(event) > 0),
            alert TEXT NOT NULL,
            receiver TEXT NOT NULL,
            group_key TEXT NOT NULL,
            reason TEXT NOT NULL
        ) STRICT;
        CREATE INDEX alert_history_by_time ON alert_history (at);
        """
}
