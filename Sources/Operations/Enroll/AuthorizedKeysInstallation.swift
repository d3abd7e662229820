import FleetModel
import Probes

/// Puts the fleet's two lines into a log-in's `authorized_keys`: a line of ours is replaced, never doubled; what other
/// people wrote stays as it is, byte for byte.
struct AuthorizedKeysInstallation {
    let keys: KeyRing
    let isJumpHost: Bool
    let dialect: AuthorizedKeysLine.Dialect

    /// What the node said.
    enum Answer: Equatable {
        /// `isNew` is false where both lines stood there already.
        case done(isNew: Bool)
        case diskFull
        case failed(String)
        /// Not this script's words: another command answered.
        case foreign
    }

    /// - `nonce`: a fresh word, so that nothing else the node prints can pass for the answer.
    func command(nonce: String) -> Command {
        let (probing, running) = (keys.newest(.collect), keys.newest(.operate))
        let collect = AuthorizedKeysLine.collect(publicKey: probing.publicLine, dialect: dialect)
        let operate = AuthorizedKeysLine.operate(
            publicKey: running.publicLine,
            isJumpHost: isJumpHost,
            dialect: dialect
        )
        return .script(
            Self.script,
            arguments: [nonce, probing.blob, collect, running.blob, operate]
        )
    }

    static func answer(_ result: CommandResult, nonce: String) -> Answer {
        guard let words = AuthorizedKeysScript.words(result.stdout.text, nonce: nonce) else { return .foreign }
        switch words {
        case "changed": return .done(isNew: true)
        case "unchanged": return .done(isNew: false)
        case "full": return .diskFull
        default: return .failed(String(words.dropFirst("failed ".count).prefix(300)))
        }
    }

    /// `$1` the nonce, `$2` and `$3` the collect key and its line, `$4` and `$5` the operate key and its line. Runs on
    /// dash, bash and busybox ash, with built-ins for all that matters.
    ///
    /// The new file stands beside the old one until it is whole and on the disk; then one rename changes everything.
    static let script =
        AuthorizedKeysScript.opening + AuthorizedKeysScript.folder + making + AuthorizedKeysScript.file
        + AuthorizedKeysScript.staging + rewriting

    private static let making = #"""
        ckey=$2 cline=$3 okey=$4 oline=$5
        if [ ! -d "$folder" ]; then e=$(mkdir -p "$folder" 2>&1) || failed "$e"; fi
        e=$(chmod 700 "$folder" 2>&1) || failed "$e"

        """#

    private static let rewriting = #"""
        collect() {
            [ -n "$chere" ] || { printf '%s\n' "$cline" || return 1; n=$((n + 1)); }
            chere=yes
        }
        operate() {
            [ -n "$ohere" ] || { printf '%s\n' "$oline" || return 1; n=$((n + 1)); }
            ohere=yes
        }
        blank=$(printf ' \t')
        rewrite() {
            chere= ohere= n=0
            if [ -f "$file" ]; then
                while IFS= read -r line || [ -n "$line" ]; do
                    case ${line#"${line%%[!$blank]*}"} in
                    '#'*) printf '%s\n' "$line" && n=$((n + 1)) || return 1 ;;
                    *"$ckey"*) collect || return 1 ;;
                    *"$okey"*) operate || return 1 ;;
                    *) printf '%s\n' "$line" && n=$((n + 1)) || return 1 ;;
                    esac
                done <"$file"
            fi
            collect && operate && echo "$n" >&3
        }
        # Not every shell's printf tells that the disk is full, so the lines are counted.
        if ! said=$( { rewrite 3>&1 >"$new" 2>&4; } 4>&1 ); then
            # Dash's printf only says "I/O error"; cat has the system's words.
            why=$(printf '%s\n' "$cline" "$oline" | cat 2>&1 >"$new")
            failed "${why:-$said}"
        fi
        [ "$(wc -l <"$new")" -eq "$said" ] 2>/dev/null || failed "no space left on the disk"
        if [ "$(tail -c 1 "$new" | wc -l)" -ne 1 ]; then failed "no space left on the disk"; fi
        if cmp -s "$new" "$file"; then
            e=$(chmod 600 "$file" 2>&1) || failed "$e"
            say unchanged
            exit 0
        fi
        e=$(chmod 600 "$new" 2>&1) || failed "$e"
        # Were the machine cut off now, an empty file would lock everybody out.
        sync "$new" 2>/dev/null || sync
        e=$(mv -f "$new" "$file" 2>&1) || failed "$e"
        if command -v restorecon >/dev/null 2>&1; then restorecon -F "$folder" "$file" >/dev/null 2>&1; fi
        say changed
        """#
}
