import FleetModel

/// The script that ends a process tree on a node: TERM, a short wait, KILL.
///
/// It finds the tree by walking `/proc` with the shell's own words: every process of the leader's session and process
/// group, and all descendants, also those that made a session of their own.
enum TreeEnding {
    static func command(leader: Int32) -> Command {
        .script(script, arguments: [String(leader)])
    }

    static let script = #"""
        leader=$1
        scan() {
            table=
            for stat in /proc/[0-9]*/stat; do
                text=
                { while IFS= read -r line || [ -n "$line" ]; do text="$text$line "; done; } 2>/dev/null <"$stat"
                [ -n "$text" ] || continue
                pid=${stat#/proc/}
                pid=${pid%/stat}
                set -- ${text##*) }
                [ "$1" = Z ] || table="$table$pid $2 $3 $4
        "
            done
            grown=1
            while [ "$grown" = 1 ]; do
                grown=0
                while read -r pid parent group session; do
                    case "$tree" in *" $pid "*) continue ;; esac
                    if [ "$pid" = "$leader" ] || [ "$group" = "$leader" ] || [ "$session" = "$leader" ]; then
                        tree="$tree$pid "
                        grown=1
                        continue
                    fi
                    case "$tree" in *" $parent "*) tree="$tree$pid " grown=1 ;; esac
                done <<END
        $table
        END
            done
            left=
            for pid in $tree; do
                case "$table" in "$pid "*|*"
        $pid "*) [ "$pid" -gt 1 ] && left="$left $pid" ;; esac
            done
        }
        alive() {
            lives=0
            for pid in $left; do kill -0 "$pid" 2>/dev/null && lives=1; done
        }
        tree=' '
        scan
        [ -n "$left" ] || exit 0
        kill -TERM $left 2>/dev/null
        for pause in 0.05 0.1 0.2 0.4 0.4; do
            sleep $pause 2>/dev/null || sleep 1
            alive
            [ "$lives" = 1 ] || break
        done
        scan
        [ -n "$left" ] || exit 0
        kill -KILL $left 2>/dev/null
        sleep 0.1 2>/dev/null || sleep 1
        scan
        [ -z "$left" ] || kill -KILL $left 2>/dev/null
        [ -z "$left" ]
        """#
}
