extension Schema {
    /// Nodes, groups, pinned keys and the audit record.
    static let registry = Schema(
        name: "registry",
        applicationID: 0x464C_5431,  // "FLT1"
        migrations: [
            Migration(name: "0001 registry and audit", sql: registryTables + auditTables),
            Migration(name: "0002 groups listed under all", sql: listedUnderAll),
        ],
        objects: [
            "migrations", "versions", "settings", "groups", "group_children", "group_children_by_child", "nodes",
            "nodes_by_jump", "node_labels", "group_members", "group_members_by_group", "host_keys", "node_status",
            "audit",
            "audit_by_node", "audit_by_time", "audit_head", "audit_is_never_edited", "audit_is_never_deleted",
        ]
    )

    private static let registryTables = """
        CREATE TABLE migrations (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

        -- Counters that tell a reader whether what it holds in memory is still true.
        CREATE TABLE versions (what TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL CHECK (number >= 0))
            STRICT, WITHOUT ROWID;
        INSERT INTO versions VALUES ('inventory', 0), ('observations', 0);

        CREATE TABLE settings (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL CHECK (json_valid(value)))
            STRICT, WITHOUT ROWID;

        CREATE TABLE groups (
            name TEXT PRIMARY KEY NOT NULL CHECK (length(name) BETWEEN 1 AND 63 AND name <> 'all'),
            details TEXT,
            variables TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(variables))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE group_children (
            parent TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            child TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            PRIMARY KEY (parent, child),
            CHECK (parent <> child)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX group_children_by_child ON group_children (child);

        -- AUTOINCREMENT: the number of a node is never used again, so that samples cannot fall to a namesake.
        CREATE TABLE nodes (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 63 AND name <> 'all'),
            host TEXT NOT NULL CHECK (length(host) BETWEEN 1 AND 253),
            port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
            user TEXT NOT NULL CHECK (length(user) BETWEEN 1 AND 32),
            jump TEXT REFERENCES nodes (name) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED CHECK (jump <> name),
            location TEXT,
            details TEXT,
            profile TEXT CHECK (profile IN ('pipe', 'time', 'linux')),
            transport TEXT NOT NULL CHECK (transport IN ('libssh', 'openssh')),
            identity_file TEXT,
            variables TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(variables))
        ) STRICT;
        CREATE INDEX nodes_by_jump ON nodes (jump) WHERE jump IS NOT NULL;

        CREATE TABLE node_labels (
            node INTEGER NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
            key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 63),
            value TEXT NOT NULL,
            PRIMARY KEY (node, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE group_members (
            node INTEGER NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
            member_of TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            PRIMARY KEY (node, member_of)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX group_members_by_group ON group_members (member_of);

        CREATE TABLE host_keys (
            node INTEGER PRIMARY KEY REFERENCES nodes (id) ON DELETE CASCADE,
            algorithm TEXT NOT NULL,
            base64 TEXT NOT NULL,
            fingerprint TEXT NOT NULL
        ) STRICT;

        CREATE TABLE node_status (
            node INTEGER PRIMARY KEY REFERENCES nodes (id) ON DELETE CASCADE,
            status TEXT NOT NULL CHECK (status IN ('unknown', 'up', 'down', 'quarantined')),
            code TEXT CHECK ((code IS NOT NULL) = (status = 'down')),
            reason TEXT CHECK ((reason IS NOT NULL) = (status IN ('down', 'quarantined'))),
            last_seen INTEGER
        ) STRICT;

        """

    private static let listedUnderAll = """
        ALTER TABLE groups ADD COLUMN listed_under_all INTEGER NOT NULL DEFAULT 0 CHECK (listed_under_all IN (0, 1));
        """

    private static let auditTables = """
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL CHECK (length(action) > 0),
            node TEXT,
            detail TEXT NOT NULL CHECK (json_valid(detail)),
            hash TEXT NOT NULL CHECK (length(hash) = 64)
        ) STRICT;
        CREATE INDEX audit_by_node ON audit (node) WHERE node IS NOT NULL;
        CREATE INDEX audit_by_time ON audit (at);

        -- Where the chain ends: without it, records cut off the end would not be missed.
        CREATE TABLE audit_head (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            sequence INTEGER NOT NULL,
            hash TEXT NOT NULL CHECK (length(hash) = 64)
        ) STRICT;
        INSERT INTO audit_head VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

        CREATE TRIGGER audit_is_never_edited BEFORE UPDATE ON audit
            BEGIN SELECT raise(ABORT, 'the audit record is never edited'); END;
        CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
            BEGIN SELECT raise(ABORT, 'the audit record is never deleted'); END;
        """
}
