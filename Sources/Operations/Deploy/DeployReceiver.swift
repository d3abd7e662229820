import FleetModel

/// The script that takes a deploy's stream on the node, and the reading of what it says.
enum DeployReceiver {
    /// `$1` the target, `$2` the mark of temporary names, `$3` `file` or `folder`. Runs on dash, bash and busybox ash.
    ///
    /// Everything is unpacked, checked and flushed in a folder beside the target before the first rename.
    static let script = #"""
        LC_ALL=C; export LC_ALL
        R=$1 N=$2
        if ! command -v sha256sum >/dev/null 2>&1; then
            sha256sum() { busybox sha256sum "$@"; }
        fi
        say() { printf 'flotilla-deploy %s\n' "$*"; }
        trouble() {
            case $1 in
            *[Nn]"o space left"*|*[Qq]"uota exceeded"*|*"Wrote only "*) say full "$(df -P "$up" 2>/dev/null | sed -n 2p)" ;;
            *) say failed "$1" ;;
            esac
            exit 1
        }
        said() { trouble "$(cat "$S/said" 2>/dev/null)"; }
        own() {
            owner=$1 fallback=$2
            shift 2
            chown -h "$owner" "$@" 2>/dev/null || chown -h "$fallback" "$@" 2>>"$S/said" || said
        }
        I() {
            hop=
            [ "$(stat -c %d "$1" 2>/dev/null)" = "$disk" ] || hop=yes
        }
        D() {
            if [ -L "$1" ] || { [ -e "$1" ] && [ ! -d "$1" ]; }; then rm -f "$1" 2>>"$S/said" || said; fi
            [ -d "$1" ] || mkdir "$1" 2>>"$S/said" || said
        }
        put() {
            if [ -L "$2" ] && [ -d "$2" ]; then rm -f "$2" 2>>"$S/said" || said; fi
            [ ! -d "$2" ] || trouble "$2 is a folder"
            if [ -n "$hop" ]; then
                T=${2%/*}/.flotilla-$N
                mv -f "$1" "$T" 2>>"$S/said" && mv -f "$T" "$2" 2>>"$S/said" || { rm -f "$T"; said; }
            else
                mv -f "$1" "$2" 2>>"$S/said" || said
            fi
        }
        F() { put "$S/$1" "$2"; }
        K() {
            rm -f "$S/link"
            ln -s "$1" "$S/link" 2>>"$S/said" || said
            [ "$#" -lt 4 ] || own "$3" "$4" "$S/link"
            put "$S/link" "$2"
        }
        hop= made=
        if [ "$3" = folder ]; then up=$R; else up=${R%/*}; fi
        [ -n "$up" ] || up=/
        S=$up/.flotilla-$N
        trap 'rm -rf "$S"; [ -z "$made" ] || rmdir "$made" 2>/dev/null' EXIT
        # Nobody may be there any more to hear what went wrong: that must not keep us from clearing up.
        trap '' PIPE
        trap 'exit 129' HUP
        trap 'exit 130' INT
        trap 'exit 143' TERM
        [ -d "$up" ] || made=$up
        e=$(mkdir -p "$up" 2>&1) || trouble "$e"
        e=$( (umask 077; mkdir "$S") 2>&1) || trouble "$e"
        disk=$(stat -c %d "$S" 2>/dev/null)
        e=$(tar -xpof - -C "$S" 2>&1) || trouble "$e"
        [ -e "$S/whole" ] || trouble "the stream ended early"
        if [ -s "$S/sums" ]; then
            e=$(cd "$S" && sha256sum -c sums 2>&1) || { say mismatch "$e"; exit 1; }
        fi
        . "$S/prepare"
        sync "$S"/* 2>/dev/null || sync
        . "$S/place"
        sync "$up" 2>/dev/null
        made=
        say done
        """#

    /// - Throws: `RemoteError` unless the node said that all is done.
    static func check(_ result: CommandResult, node: NodeName, target: String) throws(RemoteError) {
        if let error = result.error { throw error }
        let lines = result.stdout.text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let index = lines.lastIndex(where: { $0.hasPrefix("flotilla-deploy ") }) else {
            throw failure(result, node: node, doing: "taking the stream")
        }
        let words = lines[index].dropFirst("flotilla-deploy ".count).split(separator: " ", maxSplits: 1)
        let said = ([words.dropFirst().first.map(String.init) ?? ""] + lines[(index + 1)...].map(String.init))
            .joined(separator: "\n").shownOnOneLine
        switch words.first {
        case "done" where result.isSuccess: return
        case "full":
            throw RemoteError(
                .diskFull,
                node,
                "no room for \(target.quotedForMessage): \(disk(said))",
                advice: "make room on that disk; nothing on the node was changed"
            )
        case "mismatch":
            throw RemoteError(
                .hashMismatch,
                node,
                "what arrived is not what was sent: \(said)",
                advice: "a source file may have changed meanwhile; run it again. Nothing on the node was changed"
            )
        default:
            throw RemoteError(
                .deployFailed,
                node,
                "\(target.quotedForMessage) could not be written: \(said)",
                advice: "see the rights of \(target.quotedForMessage) for this user, or use sudo"
            )
        }
    }

    static func failure(_ result: CommandResult, node: NodeName, doing: String) -> RemoteError {
        let said = (result.stderr.text + result.stdout.text).shownOnOneLine
        return RemoteError(
            .deployFailed,
            node,
            "the node failed while \(doing) (\(result.ending)): \(said)",
            advice: "the node needs sh, tar and sha256sum"
        )
    }

    /// From a line of `df -P`: file system, blocks, used, available, percent, mount point.
    private static func disk(_ line: String) -> String {
        let words = line.split(separator: " ")
        guard words.count >= 6 else { return "the disk is full" }
        return "the disk \(words[0]) at \(words[5...].joined(separator: " ")) is full (\(words[3]) KiB left)"
    }
}

extension String {
    /// What a node said, bounded and without anything that could rewrite the line it is shown on.
    fileprivate var shownOnOneLine: String {
        let scalars = unicodeScalars.map { $0.rewritesItsLine ? " " : Character($0) }
        return String(scalars.prefix(500))
    }
}
