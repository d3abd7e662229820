extension ProbeScript {
    // Written without comments of its own, since it travels to the node at each log-in (8,192 bytes at most: dropbear
    // refuses commands of 9,000). Two processes wait beside each other. The shell conducts: it reads requests and the
    // few files that may fail to be read (sensors, disabled pressure files). awk dumps: it reads the big files of /proc
    // whole, without a process for each and without the system call per byte that `read` costs. A plain sample
    // therefore forks nothing.
    //
    // The conductor's lines for awk begin with one character: ( begin, % section, < file, ! file without the tail of
    // its `intr` line, ~ first 4 kB of a file, & label and file, + text, [ raw bytes up to the line ]NONCE, ) end.
    //
    // mawk ends when a read fails and reads ahead unless interactive; the other awks ignore the unknown option. dash
    // reads one byte at a time, which files below /proc/sys do not survive: those are for awk or a process.
    // Pressure files exist but cannot be read where pressure accounting is off, as on a Raspberry Pi.
    static let source = #"""
        # flotilla-probe 1
        LC_ALL=C; export LC_ALL
        PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
        proc=${FLOTILLA_PROC:-/proc} sys=${FLOTILLA_SYS:-/sys} root=${FLOTILLA_ROOT-}
        for a do
          case $a in
          --path.procfs=*) proc=${a#*=} ;;
          --path.sysfs=*) sys=${a#*=} ;;
          --path.rootfs=*) root=${a#*=} ;;
          --path.tools=*) PATH=${a#*=} ;;
          esac
        done
        export PATH
        root=${root%/}
        if ! command -v awk >/dev/null 2>&1; then
          echo 'flotilla: the probe needs awk, and this node has none' >&2; exit 127
        fi
        exec 2>/dev/null
        nl='
        '
        IFS=' ''	'$nl

        dump='
        function whole(f, most, l, t) {
          t = ""
          while (length(t) < most && (getline l < f) > 0) t = t l "\n"
          close(f); return t
        }
        function calm(f, l, t, p) {
          t = ""
          while ((getline l < f) > 0) {
            if (l ~ /^intr /) { split(substr(l, 1, 60), p, " "); l = "intr " p[2] }
            t = t l "\n"
          }
          close(f); return t
        }
        raw { if ($0 == "]" n) raw = 0
          else if (length(o) + length($0) < 524288) o = o $0 "\n"
          next }
        { c = substr($0, 1, 1); r = substr($0, 2) }
        c == "+" { o = o r "\n" }
        c == "<" { o = o whole(r, 262144) }
        c == "!" { o = o calm(r) }
        c == "~" { o = o whole(r, 4096) }
        c == "&" { i = index(r, " "); t = whole(substr(r, i + 1), 1); if (t != "") o = o substr(r, 1, i) t }
        c == "%" { o = o "%" n " " r "\n"; s++ }
        c == "[" { raw = 1 }
        c == "(" { n = r; o = ""; s = 0 }
        c == ")" {
          print "\n#flotilla-probe begin " n "\n" o "#flotilla-probe end " n " " s " " length(o)
          fflush(); o = ""
        }
        '

        if timeout -s KILL 9 true; then limit() { timeout -s KILL 5 "$@"; }
        elif timeout -t 9 -s KILL true; then limit() { timeout -t 5 -s KILL "$@"; }
        else limit() {
          "$@" & job=$!
          ( trap 'kill "$nap"' TERM; sleep 5 & nap=$!
          wait "$nap" && kill -KILL "$job" ) >/dev/null & dog=$!
          wait "$job"; ended=$?
          kill "$dog"; return "$ended"
        }
        fi
        has() { command -v "$1" >/dev/null; }
        open_() { printf '%%%s\n[\n' "$1"; }
        shut() { printf '\n]%s\n' "$nonce"; }

        plan() {
          plan=
          [ -r "$proc/stat" ] && plan="$plan%stat$nl!$proc/stat$nl"
          for f in loadavg meminfo diskstats net/dev pressure/cpu pressure/io pressure/memory; do
            read -r x <"$proc/$f" && plan="$plan%$f$nl<$proc/$f$nl"
          done
          for f in fs/file-nr kernel/random/boot_id net/netfilter/nf_conntrack_count net/netfilter/nf_conntrack_max; do
            [ -r "$proc/sys/$f" ] && plan="$plan%sys/$f$nl<$proc/sys/$f$nl"
          done
          sensors= names=
          for d in "$sys"/class/thermal/thermal_zone[0-9]*; do
            read -r x <"$d/type" || continue
            sensors="$sensors$d/temp$nl" names="$names+zone $d/temp ${d##*thermal_zone} $x$nl"
          done
          for d in "$sys"/class/hwmon/hwmon*; do
            chip=
            [ -d "$d/device" ] && chip=$(cd -P "$d/device" && pwd -P)
            [ -n "$chip" ] || { read -r x <"$d/name" && chip=name/$x; }
            [ -n "$chip" ] || chip=base/${d##*/}
            for f in "$d"/temp*_input; do
              [ -r "$f" ] || continue
              x=${f##*/}
              sensors="$sensors$f$nl" names="$names+chip $f ${x%_input} $chip$nl"
            done
          done
          pi=
          for f in "$sys"/devices/platform/soc*/*:firmware/get_throttled; do
            [ -r "$f" ] && { pi=$f; break; }
          done
        }

        calibrate() {
          read -r before x <"$proc/uptime"
          wall=$(date +%s.%N)
          read -r after x <"$proc/uptime"
          while read -r x boot y; do [ "$x" = btime ] && break; done <"$proc/stat"
          clock="+wall $wall $before $after ${boot:-0}$nl"
        }

        fs() {
          set --
          while read -r device mount type x; do
            case $mount in
            /dev|/dev/*|/proc|/proc/*|/sys|/sys/*|/run/credentials/*) continue ;;
            /var/lib/docker/?*|/var/lib/containers/storage/?*) continue ;;
            esac
            case $type in
            ext[234]|xfs|btrfs|f2fs|vfat|msdos|exfat|ntfs*|fuseblk|zfs|tmpfs|ramfs) ;;
            jffs2|ubifs|bcachefs|jfs|nilfs2|reiserfs|udf|hfsplus) ;;
            *) [ "$mount" = / ] || continue ;;
            esac
            case $mount in
            *%*) continue ;;
            *\\*) mount=$(printf "$mount.") mount=${mount%.} ;;
            esac
            [ "$#" -lt 100 ] && set -- "$@" "$root$mount"
          done <"$proc/mounts"
          printf '%%mounts\n<%s/mounts\n' "$proc"
          [ "$#" -gt 0 ] || return
          if has stat; then open_ "statfs $root"; limit stat -f -c '%S %b %f %a %c %d %n' "$@" </dev/null; shut
          else open_ "df $root"; limit df -P -k "$@" </dev/null; shut
          fi
        }

        time_sync() {
          calibrate
          printf '%%clock\n%s' "$clock"
          if has chronyc; then
            open_ chrony.tracking; limit chronyc -c -n tracking </dev/null; x=$?; shut
            if [ "$x" = 0 ]; then open_ chrony.sources; limit chronyc -c -n sources </dev/null; shut; fi
          fi
          if has ntpq; then
            open_ ntpq; limit ntpq -pn </dev/null; shut
          fi
          if has timedatectl; then
            open_ timedatectl; limit timedatectl show -p NTP -p NTPSynchronized </dev/null; shut
          fi
          if has adjtimex; then open_ adjtimex; limit adjtimex </dev/null; shut
          elif has busybox; then open_ adjtimex; limit busybox adjtimex </dev/null; shut
          fi
        }

        engine() { if has docker; then echo docker; elif has podman; then echo podman; fi; }

        time_container() {
          e=$(engine); [ -n "$e" ] || return
          open_ ntpq.container; limit "$e" exec mcp-utc-time ntpq -p -n </dev/null; shut
        }

        containers() {
          e=$(engine); [ -n "$e" ] || return
          open_ "containers $e"
          ids=$(limit "$e" ps -aq </dev/null) && printf 'listed\n' && [ -n "$ids" ] && {
            t='{{.Name}} {{.State.Running}} {{.RestartCount}} {{.Config.Image}}'
            h='{{if .State.Health}}{{.State.Health.Status}}{{end}}'
            limit "$e" inspect --type container --format "$t $h" $ids </dev/null ||
              limit "$e" inspect --type container --format "$t" $ids </dev/null
          }
          shut
        }

        systemd() {
          has systemctl || return
          open_ systemd.failed
          limit systemctl list-units --all --state=failed --plain --no-legend --no-pager --full </dev/null &&
            printf 'listed\n'
          shut
        }

        unit() {
          case $1 in ''|-*|*[!A-Za-z0-9@._:-]*) return ;; esac
          has systemctl || return
          open_ systemd.unit; limit systemctl show -p Id -p ActiveState -- "$1" </dev/null; shut
        }

        identity() {
          for f in ostype osrelease version hostname domainname; do
            printf '%%uname\n&%s %s/sys/kernel/%s\n' "$f" "$proc" "$f"
          done
          open_ machine; limit uname -m </dev/null; shut
          for f in "$root/etc/os-release" "$root/usr/lib/os-release"; do
            [ -r "$f" ] && { printf '%%os-release\n~%s\n' "$f"; break; }
          done
          printf '%%cpuinfo\n~%s/cpuinfo\n' "$proc"
          for f in "$proc/device-tree/model" "$sys/firmware/devicetree/base/model" "$sys/class/dmi/id/product_name"; do
            [ -r "$f" ] && { open_ model; tr -d '\000' <"$f"; shut; break; }
          done
          if has ip; then open_ addresses; limit ip -o addr show </dev/null; shut; fi
        }

        pi() {
          [ -n "$pi" ] || { has vcgencmd || return; open_ throttled; limit vcgencmd get_throttled </dev/null; shut; }
        }

        pulse() {
          for pop in ~/tools/pop /opt/pipe-pop/tools/pop pop; do
            has "$pop" || continue
            open_ pulse; limit "$pop" --pulse --export json </dev/null; shut
            break
          done
        }

        conduct() {
          plan
          calibrate
          while read -r nonce words; do
            case $nonce in ''|*[!A-Za-z0-9]*) continue ;; esac
            epoch=${EPOCHREALTIME-}
            read -r up x <"$proc/uptime"
            b="($nonce$nl%clock$nl+now $up $epoch$nl$clock$plan%sensors$nl$names"
            for f in $sensors; do read -r x <"$f" && b="$b+temp $f $x$nl"; done
            [ -n "$pi" ] && read -r x <"$pi" && b="$b%throttled$nl+throttled=0x${x#0x}$nl"
            b="$b%operstate$nl"
            for d in "$sys"/class/net/*; do [ -r "$d/operstate" ] && b="$b&${d##*/} $d/operstate$nl"; done
            printf '%s' "$b"
            for w in $words; do
              case $w in
              fs) fs ;;
              time) time_sync ;;
              time-container) time_container ;;
              containers) containers ;;
              systemd) systemd ;;
              unit=*) unit "${w#unit=}" ;;
              identity) identity ;;
              hardware) plan; pi ;;
              pulse) pulse ;;
              esac
            done
            printf '%%done\n<%s/uptime\n)\n' "$proc"
          done
        }

        conduct | awk -Winteractive "$dump"
        """#
}
