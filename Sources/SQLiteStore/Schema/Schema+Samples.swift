extension Schema {
    /// Samples: a journal of polls, chunks of folded ones, rollups, and the index of labels.
    static let samples = Schema(
        name: "samples",
        applicationID: 0x464C_5453,  // "FLTS"
        migrations: [
            Migration(name: "0001 polls", sql: sampleTables),
            Migration(name: "0002 chunks and labels", sql: dropPolls + indexTables + chunkTables),
        ],
        objects: [
            "migrations", "generation", "settings", "sources", "sources_by_node", "metrics", "series",
            "series_by_metric", "label_pairs", "postings", "layouts", "seen", "seen_by_layout", "journal", "chunks",
            "rollups_5m", "rollups_1h", "pending_days",
        ]
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

    /// The first form of this file was never in a release.
    private static let dropPolls = """
        DROP TABLE polls;
        DROP TABLE layouts;
        DROP TABLE series;

        """

    private static let indexTables = """
        CREATE TABLE settings (key TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

        -- AUTOINCREMENT everywhere: what another process remembers under a number never becomes something else.
        -- A set of target labels, length-prefixed. A node whose labels change is a new source, as in Prometheus.
        CREATE TABLE sources (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id < 1 << 21),
            node INTEGER,
            labels BLOB NOT NULL UNIQUE
        ) STRICT;
        CREATE INDEX sources_by_node ON sources (node) WHERE node IS NOT NULL;

        CREATE TABLE metrics (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id < 1 << 22),
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        -- A metric name with its own labels, shared by all sources, as length-prefixed texts.
        CREATE TABLE series (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            metric INTEGER NOT NULL REFERENCES metrics (id),
            key BLOB NOT NULL UNIQUE
        ) STRICT;
        CREATE INDEX series_by_metric ON series (metric);

        CREATE TABLE label_pairs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            label TEXT NOT NULL,
            value TEXT NOT NULL,
            UNIQUE (label, value)
        ) STRICT;
        CREATE TABLE postings (
            pair INTEGER NOT NULL REFERENCES label_pairs (id),
            series INTEGER NOT NULL,
            PRIMARY KEY (pair, series)
        ) STRICT, WITHOUT ROWID;

        -- Which series a poll has, in order; polls of one node nearly always share one layout, and nodes share too.
        CREATE TABLE layouts (id INTEGER PRIMARY KEY AUTOINCREMENT, series BLOB NOT NULL UNIQUE) STRICT;

        -- When a source had a layout: milliseconds since 1970, to the hour.
        CREATE TABLE seen (
            source INTEGER NOT NULL,
            layout INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (source, layout)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX seen_by_layout ON seen (layout);

        """

    private static let chunkTables = """
        -- `moment` is the source's number times 2^42 plus milliseconds since 1970: one clustered key, so that the rows of a
        -- source lie together in time order and no second index is written. Layout 0: the numbers of the series stand
        -- in the body.
        CREATE TABLE journal (
            moment INTEGER PRIMARY KEY,
            layout INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;

        -- The key is a stretch of time (20 bits), a metric (22) and a source (21): one metric of all sources lies together,
        -- and what is too old lies at the beginning. Metric 0 is the directory of the source.
        CREATE TABLE chunks (key INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
        CREATE TABLE rollups_5m (key INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
        CREATE TABLE rollups_1h (key INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

        -- Days of sources that have chunks newer than their rollups.
        CREATE TABLE pending_days (day INTEGER NOT NULL, source INTEGER NOT NULL, PRIMARY KEY (day, source))
            STRICT, WITHOUT ROWID;
        """
}
