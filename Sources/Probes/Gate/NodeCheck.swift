package import FleetModel

/// One of the fleet's named checks, run on the node: what the Raspberry Pi guide's health script asked by hand.
package struct NodeCheck: Hashable, Sendable {
    package enum Name: String, Hashable, Sendable, CaseIterable {
        /// `http://127.0.0.1:3000/health` answers with a 2xx.
        case httpHealth = "http-health"
        /// A source of time is in use: in the container `mcp-utc-time`, else chrony, ntpsec or systemd.
        case ntp
        /// `/` is below 80 % (healthy) or below 95 % (degraded).
        case disk
    }

    package enum Verdict: String, Hashable, Sendable {
        case healthy
        case degraded
        case unhealthy
        /// The node has no tool that could tell.
        case unknown
    }

    package let name: Name
    package let verdict: Verdict
    /// One line, repaired and without control characters.
    package let detail: String

    /// The checks with the operate key.
    package static func command(_ names: [Name]) -> Command {
        .script(ProbeScript.packed(source) + "for name do check \"$name\"; done\n", arguments: names.map(\.rawValue))
    }

    /// The checks through the gate.
    package static func verb(_ names: [Name]) -> Command {
        .verb(([Gate.Verb.check.rawValue] + names.map(\.rawValue)).joined(separator: " "))
    }

    /// The lines `check NAME VERDICT DETAIL` of the output, everything else left out.
    package static func parse(_ output: [UInt8]) -> [NodeCheck] {
        let text = ProbeText(Array(output.prefix(65_536)))
        var checks: [NodeCheck] = []
        text.eachLine(text.bytes.indices) { line in
            let fields = text.fields(line)
            guard fields.count >= 3, text.matches(fields[0], "check"),
                let name = Name(rawValue: text.label(fields[1])), let verdict = Verdict(rawValue: text.label(fields[2]))
            else { return }
            let detail = text.label(text.rest(fields[2].upperBound, until: line.upperBound))
            checks.append(NodeCheck(name: name, verdict: verdict, detail: detail))
        }
        return checks
    }

    static let source = #"""
        within() { if command -v timeout >/dev/null 2>&1; then timeout 5 "$@"; else "$@"; fi; }
        tell() { printf 'check %s %s %s\n' "$1" "$2" "$3"; }
        synced() {
          for engine in docker podman; do
            command -v "$engine" >/dev/null 2>&1 || continue
            peers=$(within "$engine" exec mcp-utc-time ntpq -p -n 2>/dev/null </dev/null) || continue
            source_="the container mcp-utc-time"; return 0
          done
          source_=chrony
          if peers=$(within chronyc -c -n sources 2>/dev/null </dev/null); then
            peers=$(printf '%s\n' "$peers" | sed 's/^.,//'); return 0
          fi
          source_=ntpq; peers=$(within ntpq -p -n 2>/dev/null </dev/null) && [ -n "$peers" ] && return 0
          source_=systemd
          peers=$(within timedatectl show -p NTPSynchronized 2>/dev/null </dev/null) && [ -n "$peers" ] && return 0
          return 1
        }
        check() {
          case $1 in
          http-health)
            url=http://127.0.0.1:3000/health
            if command -v curl >/dev/null 2>&1; then curl -sf -m 5 -o /dev/null "$url" </dev/null
            elif command -v wget >/dev/null 2>&1; then wget -q -T 5 -O /dev/null "$url" </dev/null 2>/dev/null
            else tell http-health unknown 'neither curl nor wget is there'; return; fi
            if [ "$?" = 0 ]; then tell http-health healthy "$url answers"
            else tell http-health unhealthy "$url does not answer"; fi
            ;;
          ntp)
            if ! synced; then tell ntp unknown 'no time keeper answers'
            else case "
        $peers" in
              *"
        *"*|*"
        o"*|*NTPSynchronized=yes*) tell ntp healthy "a source is in use ($source_)" ;;
              *) tell ntp unhealthy "no source is in use ($source_)" ;;
              esac
            fi
            ;;
          disk)
            use=$(df -P / 2>/dev/null | { read -r x; read -r a b c d use x; printf '%s' "${use%\%}"; })
            case $use in
            ''|*[!0-9]*) tell disk unknown 'df says nothing of /' ;;
            *)
              if [ "$use" -lt 80 ]; then tell disk healthy "/ is $use % full"
              elif [ "$use" -lt 95 ]; then tell disk degraded "/ is $use % full"
              else tell disk unhealthy "/ is $use % full"; fi
              ;;
            esac
            ;;
          esac
        }
        """#
}
