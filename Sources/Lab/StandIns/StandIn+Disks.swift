extension StandIn {
    /// The node's own disk, and what writing to it says when it is full.
    static let disks = [
        StandIn(
            "df",
            #"""
            #!/bin/sh
            unit=1024 inodes= type= human= posix= paths=
            for a do
              case $a in
              -h|--human-readable) human=1 ;;
              --inodes) inodes=1 ;;
              --print-type) type=1 ;;
              --portability) posix=1 ;;
              -B1|--block-size=1) unit=1 ;;
              -BM|-m|--block-size=M) unit=1048576 ;;
              -BG|--block-size=G) unit=1073741824 ;;
              --*) ;;
              -*)
                case $a in *h*) human=1 ;; esac
                case $a in *i*) inodes=1 ;; esac
                case $a in *T*) type=1 ;; esac
                case $a in *P*) posix=1 ;; esac
                ;;
              *) paths="$paths $a" ;;
              esac
            done
            exec awk -v unit="$unit" -v inodes="$inodes" -v type="$type" -v human="$human" -v posix="$posix" \
              -v paths="$paths" -v root="${FLOTILLA_ROOT-}" '
              function amount(kib, n, u) {
                if (!human) return sprintf("%.0f", kib * 1024 / unit)
                n = kib * 1024; u = 1
                while (n >= 1024 && u < 6) { n /= 1024; u++ }
                if (u == 1) return n ? n : "0"
                return sprintf(n < 9.95 ? "%.1f%s" : "%.0f%s", n < 9.95 ? int(n * 10 + 0.999) / 10 : int(n + 0.999), substr("BKMGTP", u, 1))
              }
              function percent(used, free) { return used + free > 0 ? int(used * 100 / (used + free) + 0.999) "%" : "-" }
              { device[NR] = $1; fs[NR] = $2; mount[NR] = $3; total[NR] = $4; used[NR] = $5; free[NR] = $6; all[NR] = $7; left[NR] = $8 }
              function row(i) {
                printf "%-14s ", device[i]
                if (type) printf "%-8s ", fs[i]
                if (inodes) printf "%11s %11s %11s %5s %s\n", all[i], all[i] - left[i], left[i], percent(all[i] - left[i], left[i]), mount[i]
                else printf "%11s %11s %11s %5s %s\n", amount(total[i]), amount(used[i]), amount(free[i]), percent(used[i], free[i]), mount[i]
              }
              function holder(path, i, best) {
                if (root != "" && index(path, root) == 1) path = substr(path, length(root) + 1)
                if (path == "") path = "/"
                best = 0
                for (i = 1; i <= NR; i++)
                  if ((mount[i] == "/" || path == mount[i] || index(path, mount[i] "/") == 1) && (!best || length(mount[i]) > length(mount[best]))) best = i
                return best
              }
              END {
                size = human ? "Size" : (posix && unit == 1024 ? "1024-blocks" : unit == 1024 ? "1K-blocks" : unit == 1 ? "1B-blocks" : "1M-blocks")
                printf "%-14s ", "Filesystem"
                if (type) printf "%-8s ", "Type"
                if (inodes) printf "%11s %11s %11s %5s %s\n", "Inodes", "IUsed", "IFree", "IUse%", "Mounted on"
                else printf "%11s %11s %11s %5s %s\n", size, "Used", human ? "Avail" : "Available", posix ? "Capacity" : "Use%", "Mounted on"
                count = split(paths, wanted, " ")
                if (count) for (i = 1; i <= count; i++) row(holder(wanted[i]))
                else for (i = 1; i <= NR; i++) row(i)
              }' "$FLOTILLA_LAB_NODE/state/filesystems"
            """#
        ),
        StandIn(
            "stat",
            #"""
            #!/bin/sh
            real=/usr/bin/stat
            [ -x "$real" ] || real=/bin/stat
            case ${1-} in -f|--file-system) ;; *) exec "$real" "$@" ;; esac
            shift
            case ${1-} in
            -c|--format) format=$2; shift 2 ;;
            --format=*) format=${1#*=}; shift ;;
            -c*) format=${1#-c}; shift ;;
            *) exec "$real" -f "$@" ;;
            esac
            [ "${1-}" = -- ] && shift
            exec awk -v format="$format" -v root="${FLOTILLA_ROOT-}" '
              BEGIN { for (i = 2; i < ARGC; i++) { path[i] = ARGV[i]; ARGV[i] = "" } }
              { row[$3] = $0 }
              function shown(path, i, c, out) {
                v["S"] = v["s"] = 4096; v["b"] = int($4 / 4); v["f"] = int(($4 - $5) / 4); v["a"] = int($6 / 4)
                v["c"] = $7; v["d"] = $8; v["n"] = path; v["T"] = $2; v["%"] = "%"
                for (i = 1; i <= length(format); i++) {
                  c = substr(format, i, 1)
                  if (c == "%") { i++; out = out v[substr(format, i, 1)] } else out = out c
                }
                return out
              }
              END {
                for (p = 2; p < ARGC; p++) {
                  mount = path[p]
                  if (root != "" && index(mount, root) == 1) mount = substr(mount, length(root) + 1)
                  if (mount == "") mount = "/"
                  if (mount in row) { $0 = row[mount]; print shown(path[p]) }
                  else {
                    bad = 1
                    printf "stat: cannot read file system information for \047%s\047: No such file or directory\n", path[p] >"/dev/stderr"
                  }
                }
                exit bad
              }' "$FLOTILLA_LAB_NODE/state/filesystems" "$@"
            """#
        ),
    ]

    /// Tools that write files, on a node whose disk is full: they refuse as the real ones do.
    static let fullDisk =
        ["cat", "tee", "dd", "head", "tail", "gzip", "base64"].map { name in
            StandIn(
                name,
                on: .diskFull,
                #"""
                #!/bin/sh
                name=${0##*/}
                if [ -f /proc/self/fd/1 ]; then
                  echo "$name: write error: No space left on device" >&2
                  exit 1
                fi
                PATH=${PATH#*:} exec "$name" "$@"
                """#
            )
        }
        + ["mktemp", "mkdir", "cp", "touch", "tar", "rsync"].map { name in
            StandIn(
                name,
                on: .diskFull,
                #"""
                #!/bin/sh
                name=${0##*/}
                for last do :; done
                [ "$name" = mkdir ] && [ -d "${last-}" ] && exec /bin/mkdir "$@"
                echo "$name: cannot create '${last-}': No space left on device" >&2
                exit 1
                """#
            )
        }
}
