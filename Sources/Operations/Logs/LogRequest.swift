package import FleetModel

/// Which log of a node is wanted, checked: what reaches the node's shell is an argument of one of our scripts.
package struct LogRequest: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        /// The journal of one systemd unit.
        case unit(LogName)
        /// What a container of Docker or Podman printed.
        case container(LogName)
        /// The machine's own log; on a time node the container `mcp-utc-time`, where it is there.
        case machine
    }

    package let source: Source
    /// Lines from the end.
    package let tail: Int
    /// Stays and shows what comes.
    package let follows: Bool

    /// - Throws: `UsageError` for a name that no unit and no container can have, for both at once, and for a bad count.
    package init(unit: String?, container: String?, tail: Int, follows: Bool) throws(UsageError) {
        guard unit == nil || container == nil else {
            throw UsageError("bad_call", "--unit and --container cannot both be meant")
        }
        guard (0...1_000_000).contains(tail) else {
            throw UsageError("bad_tail", "--tail must be 0 to 1000000, not \(tail)")
        }
        if let unit {
            source = .unit(try LogName(unit, noun: "unit"))
        } else if let container {
            source = .container(try LogName(container, noun: "container"))
        } else {
            source = .machine
        }
        self.tail = tail
        self.follows = follows
    }

    /// The words of the record.
    package var title: String {
        let what =
            switch source {
            case .unit(let name): " --unit \(name.text)"
            case .container(let name): " --container \(name.text)"
            case .machine: ""
            }
        return "logs\(what) --tail \(tail)" + (follows ? " --follow" : "")
    }

    package func command(for node: Node) -> Command {
        let (kind, name) =
            switch source {
            case .unit(let name): ("unit", name.text)
            case .container(let name): ("container", name.text)
            case .machine: node.profile == .time ? ("time", Self.timeContainer) : ("machine", "")
            }
        return .script(Self.script, arguments: [kind, name, String(tail), follows ? "follow" : ""])
    }

    private static let timeContainer = "mcp-utc-time"

    /// Ends with 127 where the node has no such tool, and with 1 where it has no such log.
    private static let script = #"""
        kind=$1 name=$2 tail=$3 follow=$4
        PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
        none() { printf '%s\n' "$1" >&2; exit "$2"; }
        engine() {
            for e in docker podman; do
                command -v "$e" >/dev/null 2>&1 && return 0
            done
            return 1
        }
        journal() { exec journalctl --no-pager -q -n "$tail" ${follow:+-f} "$@"; }
        container() { exec "$e" logs --tail "$tail" ${follow:+-f} "$name" 2>&1; }
        case $kind in
        unit)
            command -v journalctl >/dev/null 2>&1 || none 'this node has no journalctl' 127
            journal -u "$name"
            ;;
        container)
            engine || none 'this node has neither docker nor podman' 127
            container
            ;;
        time)
            if engine && "$e" inspect "$name" >/dev/null 2>&1; then container; fi
            ;;
        esac
        if command -v journalctl >/dev/null 2>&1; then
            case $(journalctl -q -n 1 --no-pager 2>/dev/null) in
            ''|'-- No entries --') ;;
            *) journal ;;
            esac
        fi
        for f in /var/log/syslog /var/log/messages; do
            if [ -r "$f" ]; then exec tail -n "$tail" ${follow:+-F} "$f"; fi
        done
        if command -v logread >/dev/null 2>&1; then
            [ -z "$follow" ] || exec logread -f
            logread | tail -n "$tail"
            exit
        fi
        none 'no log here that this account may read: journal, /var/log/syslog, /var/log/messages (try --sudo)' 1
        """#
}

/// The name of a unit or a container: letters, digits and `@ . _ : -`, not beginning with a dash.
package struct LogName: Hashable, Sendable {
    package let text: String

    init(_ text: String, noun: String) throws(UsageError) {
        let isAllowed = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "@._:-".unicodeScalars.contains(scalar))
        }
        guard (1...255).contains(text.utf8.count), isAllowed, !text.hasPrefix("-") else {
            throw UsageError(
                "bad_\(noun)",
                "\(noun) “\(text.quotedForMessage)” is no name",
                advice: "1 to 255 of A-Z a-z 0-9 @ . _ : -, not beginning with -"
            )
        }
        self.text = text
    }
}
