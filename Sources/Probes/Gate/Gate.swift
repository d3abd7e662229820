package import FleetModel

/// The gate: the one file that may be put on a node. It is the collect key's forced command and lets through only
/// named verbs; whoever steals that key can look at figures and do nothing else.
package enum Gate {
    /// The second word of the gate's version line.
    package static let version = 1

    /// Where it is, below the log-in folder.
    package static let path = ".flotilla/gate"

    /// What the gate does for the collect key.
    package enum Verb: String, Hashable, Sendable, CaseIterable {
        /// One request line on stdin, one frame back.
        case probe = "flotilla-probe"
        /// Request lines until end of file, a frame for each.
        case probeStream = "flotilla-probe-stream"
        /// One frame with the nonce `facts`, without any input.
        case facts = "flotilla-facts"
        /// Followed by names of `NodeCheck.Name`.
        case check = "flotilla-check"
        /// Prints `flotilla-gate VERSION SHA256`.
        case version = "flotilla-gate-version"
        case popStatus = "pop --status"
        case popPulse = "pop --pulse --export json"

        /// The command to send; `check` wants `NodeCheck.verb`.
        package var command: Command { .verb(rawValue) }
    }

    /// The whole file, mode 0700.
    package static let script: String = {
        let probe = "probe() {\n" + ProbeScript.text + "}\n"
        return ProbeScript.packed(opening) + probe + ProbeScript.packed(NodeCheck.source) + ProbeScript.packed(dispatch)
    }()

    /// SHA-256 of `script` in hexadecimal digits: what an untouched gate of this version answers.
    package static let digest = SHA256.hexadecimal(Array(script.utf8))

    /// Puts the gate in place in one step, the file on stdin; prints what the gate then says of itself. Safe to repeat.
    package static let installation = Command.script(ProbeScript.packed(installer))

    /// What `flotilla-gate-version` answered.
    package struct Installed: Hashable, Sendable {
        package let version: Int
        package let digest: String

        /// Nil when this is not a gate's answer.
        package init?(_ output: [UInt8]) {
            let line = String(decoding: output.prefix(256), as: UTF8.self).split(separator: "\n").last
            let words = (line ?? "").split(separator: " ")
            guard words.count == 3, words[0] == "flotilla-gate", let version = Int(words[1]) else { return nil }
            self.version = version
            self.digest = String(words[2])
        }

        /// True when it is this program's own gate, unchanged.
        package var isCurrent: Bool { version == Gate.version && digest == Gate.digest }
    }

    private static let opening = #"""
        #!/bin/sh
        # flotilla-gate 1: the collect key's forced command. It lets through what stands below and nothing else.
        """#

    // The verb is matched as a whole, or split into words that were checked letter by letter; it is never evaluated,
    // expanded as a pattern, or printed.
    private static let dispatch = #"""
        refuse() { printf 'flotilla-gate: refused: %s\n' "$1" >&2; exit 126; }
        run_pop() {
          for pop in ./tools/pop ~/tools/pop /opt/pipe-pop/tools/pop; do
            [ -x "$pop" ] && exec "$pop" "$@"
          done
          pop=$(command -v pop) || pop=
          case $pop in /*) exec "$pop" "$@" ;; esac
          printf 'flotilla-gate: this node has no pop\n' >&2
          exit 127
        }
        set -f
        verb=${SSH_ORIGINAL_COMMAND-}
        unset SSH_ORIGINAL_COMMAND ENV BASH_ENV CDPATH
        set --
        case $verb in
        flotilla-probe) read -r line; printf '%s\n' "$line" | { set +f; probe; } ;;
        flotilla-probe-stream) set +f; probe ;;
        flotilla-facts) printf 'facts identity\n' | { set +f; probe; } ;;
        flotilla-gate-version)
          sum=$(sha256sum <"$0" 2>/dev/null) || sum=unknown
          printf 'flotilla-gate 1 %s\n' "${sum%% *}"
          ;;
        'pop --status') run_pop --status ;;
        'pop --pulse --export json') run_pop --pulse --export json ;;
        'flotilla-check '*)
          [ "${#verb}" -le 200 ] || refuse 'too many checks'
          names=${verb#flotilla-check }
          case $names in ''|*[!a-z\ -]*) refuse 'a check is http-health, ntp or disk' ;; esac
          IFS=' '
          for name in $names; do
            case $name in http-health|ntp|disk) ;; *) refuse 'a check is http-health, ntp or disk' ;; esac
          done
          for name in $names; do check "$name"; done
          ;;
        '') refuse 'this key runs no shell; it only lets flotilla collect' ;;
        *) refuse 'this key only lets flotilla collect; other commands need the operate key' ;;
        esac
        """#

    private static let installer = #"""
        umask 077
        folder=~/.flotilla
        mkdir -p "$folder" || exit 1
        new=$folder/.gate.$$
        trap 'rm -f "$new"' EXIT
        cat >"$new" && sh -n "$new" && chmod 700 "$new" && mv -f "$new" "$folder/gate" || exit 1
        SSH_ORIGINAL_COMMAND=flotilla-gate-version sh "$folder/gate"
        """#
}

extension ProbeNonce {
    /// The nonce of the gate's `flotilla-facts`.
    package static let facts = ProbeNonce(word: "facts")
}
