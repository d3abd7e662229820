import FleetModel

/// One change of a log-in's `authorized_keys`: a second key gets the lines of the first, or a key loses its lines.
/// Other people's lines stay byte for byte; mode and owner of the file too.
enum AuthorizedKeysChange {
    /// Each line of `old` is doubled with `new` in its place, so options that others added stay in force.
    case add(FleetKey, beside: FleetKey)
    /// - keeping: a key that must have a line of its own there, or nothing is removed.
    case drop(blob: String, keeping: String?)

    /// What the node said.
    enum Answer: Hashable {
        case added
        /// Both keys have lines.
        case both
        /// Only the new key has.
        case newOnly
        case dropped
        /// The key has no line there.
        case absent
        /// The line that must stay is not there, so nothing was removed.
        case unguarded
        case diskFull
        case failed(String)
        /// Not this script's words: another command answered.
        case foreign
    }

    func command(nonce: String) -> Command {
        switch self {
        case .add(let new, let old):
            .script(Self.script, arguments: [nonce, "add", old.blob, new.blob, old.type, new.type])
        case .drop(let blob, let keeping):
            .script(Self.script, arguments: [nonce, "drop", blob, keeping ?? "", "", ""])
        }
    }

    static func answer(_ result: CommandResult, nonce: String) -> Answer {
        guard let words = AuthorizedKeysScript.words(result.stdout.text, nonce: nonce) else { return .foreign }
        return switch words {
        case "added": .added
        case "both": .both
        case "new": .newOnly
        case "dropped": .dropped
        case "absent": .absent
        case "unguarded": .unguarded
        case "full": .diskFull
        default: .failed(String(words.dropFirst("failed ".count).prefix(300)))
        }
    }

    static let script =
        AuthorizedKeysScript.opening + AuthorizedKeysScript.folder + AuthorizedKeysScript.file + scanning
        + AuthorizedKeysScript.staging + rewriting

    /// `$2` what to do, `$3` the key whose lines are meant, `$4` the new key or the one that must stay, `$5` and `$6`
    /// the types of both.
    private static let scanning = #"""
        act=$2 key=$3 other=$4 type=$5 othertype=$6
        [ -f "$file" ] || { say absent; exit 0; }
        blank=$(printf ' \t\r')
        here= otherhere=
        while IFS= read -r line || [ -n "$line" ]; do
            case ${line#"${line%%[!$blank]*}"} in '#'*) continue ;; esac
            case " $line " in *[$blank]"$key"[$blank]*) here=yes ;; esac
            [ -z "$other" ] || case " $line " in *[$blank]"$other"[$blank]*) otherhere=yes ;; esac
        done <"$file"
        if [ "$act" = add ]; then
            [ -z "$here$otherhere" ] && { say absent; exit 0; }
            [ -z "$here" ] && { say new; exit 0; }
            [ -n "$otherhere" ] && { say both; exit 0; }
        else
            [ -z "$here" ] && { say absent; exit 0; }
            [ -n "$other" ] && [ -z "$otherhere" ] && { say unguarded; exit 0; }
        fi
        [ "$(id -u)" = 0 ] || [ -O "$file" ] || failed "$file belongs to another user"
        before=$(cksum <"$file")

        """#

    private static let rewriting = #"""
        e=$(cp -p "$file" "$new" 2>&1) || failed "$e"
        e=$(chmod u+w "$new" 2>&1) || failed "$e"
        rewrite() {
            n=0
            while IFS= read -r line || [ -n "$line" ]; do
                ours=
                case ${line#"${line%%[!$blank]*}"} in
                '#'*) ;;
                *) case " $line " in *[$blank]"$key"[$blank]*) ours=yes ;; esac ;;
                esac
                if [ -n "$ours" ] && [ "$act" = drop ]; then continue; fi
                printf '%s\n' "$line" || return 1
                n=$((n + 1))
                [ -n "$ours" ] || continue
                front=${line%%"$key"*}
                front=${front%"${front##*[!$blank]}"}
                printf '%s%s %s%s\n' "${front%"$type"}" "$othertype" "$other" "${line#*"$key"}" || return 1
                n=$((n + 1))
            done <"$file"
            echo "$n" >&3
        }
        # Not every shell's printf tells that the disk is full, so the lines are counted.
        if ! said=$( { rewrite 3>&1 >"$new" 2>&4; } 4>&1 ); then
            why=$(cat "$file" 2>&1 >"$new")
            failed "${why:-$said}"
        fi
        [ "$(wc -l <"$new")" -eq "$said" ] 2>/dev/null || failed "no space left on the disk"
        if [ "$said" -gt 0 ] && [ "$(tail -c 1 "$new" | wc -l)" -ne 1 ]; then failed "no space left on the disk"; fi
        # Root may write what is read-only all the same, so the mode itself is asked.
        case $(ls -ldL "$file") in ??w*) ;; *) chmod u-w "$new" ;; esac
        # Were the machine cut off now, an empty file would lock everybody out.
        sync "$new" 2>/dev/null || sync
        [ "$(cksum <"$file")" = "$before" ] || failed "somebody else changed $file at the same time"
        e=$(mv -f "$new" "$file" 2>&1) || failed "$e"
        if command -v restorecon >/dev/null 2>&1; then restorecon -F "$folder" "$file" >/dev/null 2>&1; fi
        if [ "$act" = add ]; then say added; else say dropped; fi
        """#
}
