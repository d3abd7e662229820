extension Schema {
    /// Polls, packed: one row for each poll of each node. Nodes are known by the registry's numbers.
    static let samples = Schema(
        name: "samples",
        applicationID: 0x464C_5453,  // "FLTS"
        migrations: [Migration(name: "0001 polls", sql: sampleTables)],
        objects: ["migrations", "series", "layouts", "layouts_by_use", "generation", "polls"]
    )

    private static let sampleTables = """
        CREATE TABLE migrations (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

        -- AUTOINCREMENT in both: what another process remembers under a number never becomes something else.
        -- A metric name with its labels, as length-prefixed texts.
        CREATE TABLE series (id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE) STRICT;

        -- Which series a poll has, in order; polls of one node nearly always share one layout, and nodes share too.
        CREATE TABLE layouts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            series BLOB NOT NULL UNIQUE,
            -- Milliseconds since 1970, to the hour: when a poll last came in this layout.
            last_used INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX layouts_by_use ON layouts (last_used);

        -- Counts the clean-ups: numbers of layouts remembered from before one may be gone.
        CREATE TABLE generation (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL) STRICT;
        INSERT INTO generation VALUES (1, 0);

        -- `moment` is the node's number times 2^42 plus milliseconds since 1970: one clustered key, so that the polls of a
        -- node lie together in time order and no second index is written.
        CREATE TABLE polls (
            moment INTEGER PRIMARY KEY,
            layout INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        """
}
