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
    //
    // Every process costs a small node a millisecond, so what stands still is not asked again: `same` compares the
    // control groups (names of units, first process of each container) with those of the last two looks, and says no
    // once more after a change, for a unit that takes its time to fail. `hardware` forgets all that, and which tools
    // never answered. Only what can hang runs under `limit`: `stat` asks no disk, and of no network file system.
    static let source = #"""
        # flotilla-probe 1
        export LC_ALL=C PATH="$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        proc=${FLOTILLA_PROC:-/proc} sys=${FLOTILLA_SYS:-/sys} root=${FLOTILLA_ROOT-}
        for a do
          case $a in
          --path.procfs=*) proc=${a#*=} ;;
          --path.sysfs=*) sys=${a#*=} ;;
          --path.rootfs=*) root=${a#*=} ;;
          --path.tools=*) PATH=${a#*=} ;;
          esac
        done
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

        if machine=$(timeout -s KILL 9 uname -m); then limit() { timeout -s KILL 5 "$@" </dev/null; }
        elif machine=$(timeout -t 9 -s KILL uname -m); then limit() { timeout -t 5 -s KILL "$@" </dev/null; }
        else machine=$(uname -m); limit() {
          "$@" </dev/null & job=$!
          ( trap 'kill "$nap"' TERM; sleep 5 & nap=$!
          wait "$nap" && kill -KILL "$job" ) >/dev/null & dog=$!
          wait "$job"; ended=$?
          kill "$dog"; return "$ended"
        }
        fi
        has() { case $tools in *" $1 "*) ;; *) false ;; esac; }
        keep() { eval "good_$1=1"; }
        drop() { eval "x=\$good_$1"; [ -n "$x" ] || tools="${tools%% $1 *} ${tools#* $1 }"; }
        ask() { if limit "$@"; then keep "$1"; else drop "$1"; fi; }
        same() {
          eval "x=\$was_$1"; [ -n "$slice" ] && [ "$x" = "$2." ] && return
          [ "$x" = "$2" ] && x=$2. || x=$2
          eval "was_$1=\$x"; false
        }
        open() { printf '%%%s\n[\n' "$1"; }
        shut() { printf '\n]%s\n' "$nonce"; }
        show() { printf '%%%s\n[\n%s\n]%s\n' "$1" "$2" "$nonce"; }

        plan() {
          was_units=${was_units%.} was_boxes=${was_boxes%.} synced= tools=' '
          for x in chronyc ntpq adjtimex busybox timedatectl docker podman systemctl stat ip vcgencmd; do
            command -v $x >/dev/null && tools="$tools$x "
          done
          for slice in "$sys/fs/cgroup" "$sys/fs/cgroup/systemd" ''; do [ -d "$slice/system.slice" ] && break; done
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
            x=$PWD; cd -P "$d/device" && chip=$PWD && cd "$x"
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
          [ -z "${EPOCHREALTIME-}" ] || return
          read -r before x <"$proc/uptime"
          wall=$(date +%s.%N)
          read -r after x <"$proc/uptime"
          while read -r x boot y; do [ "$x" = btime ] && break; done <"$proc/stat"
          clock="+wall $wall $before $after ${boot:-0}$nl"
        }

        fs() {
          set --; guard=
          while read -r device mount type x; do
            case $mount in
            /dev|/dev/*|/proc|/proc/*|/sys|/sys/*|/run/credentials/*|\
            /var/lib/docker/?*|/var/lib/containers/storage/?*) continue ;;
            esac
            case $type in
            fuseblk) guard=limit ;;
            ext[234]|xfs|btrfs|f2fs|vfat|msdos|exfat|ntfs*|zfs|tmpfs|ramfs|\
            jffs2|ubifs|bcachefs|jfs|nilfs2|reiserfs|udf|hfsplus) ;;
            *) [ "$mount" = / ] || continue ;;
            esac
            case $mount in
            *%*) continue ;;
            *\\*) mount=$(printf "$mount.") mount=${mount%.} ;;
            esac
            [ $# -lt 100 ] && set -- "$@" "$root$mount"
          done <"$proc/mounts"
          printf '%%mounts\n<%s/mounts\n' "$proc"
          [ $# -gt 0 ] || return
          if has stat; then open "statfs $root"; $guard stat -f -c '%S %b %f %a %c %d %n' "$@"; shut
          else open "df $root"; $guard df -P -k "$@"; shut
          fi
        }

        ntp() {
          if has chronyc; then open chrony; ask chronyc -c -n -m tracking sources; shut; fi
          if has ntpq; then open ntpq; ask ntpq -pn; shut; fi
          x=1
          if has adjtimex; then open adjtimex; adjtimex </dev/null; x=$?; shut
          elif has busybox; then open adjtimex; busybox adjtimex </dev/null; x=$?; shut
          fi
          [ "$x" != 0 ] && has timedatectl || return
          [ -n "$synced" ] || synced=$(limit timedatectl show -p NTPSynchronized) || drop timedatectl
          show timedatectl "$synced"
        }

        engine() { e=docker; has docker || { e=podman; has podman; }; }

        ntp_box() {
          engine || return
          open ntpq.container; limit $e exec mcp-utc-time ntpq -p -n; shut
        }

        inspect() {
          listed=listed
          [ -n "$ids" ] || return
          t='{{.Name}} {{.State.Running}} {{.RestartCount}} {{.Config.Image}}'
          x=$(limit $e inspect --format "$t {{if .State.Health}}{{.State.Health.Status}}{{end}}" $ids) || {
            was_boxes=
            [ -n "$x" ] || x=$(limit $e inspect --format "$t" $ids)
          }
          listed=$listed$nl$x
        }

        containers() {
          engine || return
          seen=$e
          for f in "$slice"/system.slice/docker-*/cgroup.procs "$slice"/docker/*/cgroup.procs; do
            x=; read -r x <"$f"; seen="$seen $f $x"
          done
          [ $e = docker ] || was_boxes=
          if same boxes "$seen"; then
            case $listed in *healthy*|*starting*) inspect ;; esac
          elif ids=$(limit $e ps -aq); then keep $e; inspect
          else drop $e; was_boxes= listed=
          fi
          show "containers $e" "$listed"
        }

        systemd() {
          has systemctl || return
          set -- "$slice"/system.slice/* "$slice"/system.slice/system-*/*
          if ! same units "$*"; then
            if failed=$(limit systemctl list-units --state=failed --plain --no-legend --no-pager --full); then
              keep systemctl; failed="$failed${nl}listed"
            else drop systemctl; was_units=
            fi
          fi
          show systemd.failed "$failed"
        }

        unit() {
          case $1 in ''|-*|*[!A-Za-z0-9@._:-]*) return ;; esac
          has systemctl || return
          open systemd.unit; limit systemctl show -p Id -p ActiveState -- "$1"; shut
        }

        identity() {
          for f in ostype osrelease version hostname domainname; do
            printf '%%uname\n&%s %s/sys/kernel/%s\n' "$f" "$proc" "$f"
          done
          show machine "$machine"
          for f in "$root/etc/os-release" "$root/usr/lib/os-release"; do
            [ -r "$f" ] && { printf '%%os-release\n~%s\n' "$f"; break; }
          done
          printf '%%cpuinfo\n~%s/cpuinfo\n' "$proc"
          for f in "$proc/device-tree/model" "$sys/class/dmi/id/product_name"; do
            [ -r "$f" ] && { x=; read -r x <"$f"; show model "$x"; break; }
          done
          if has ip; then open addresses; ip -o addr show </dev/null; shut; fi
        }

        hardware() {
          if [ -z "$fresh" ]; then plan; calibrate; printf '%%clock\n%s' "$clock"; fi
          fresh=
          [ -z "$pi" ] && has vcgencmd && { open throttled; limit vcgencmd get_throttled; shut; }
        }

        pulse() {
          for pop in ~/tools/pop /opt/pipe-pop/tools/pop pop; do
            command -v "$pop" >/dev/null || continue
            open pulse; limit "$pop" --pulse --export json; shut
            break
          done
        }

        lead() {
          plan
          calibrate
          fresh=1
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
              time) ntp ;;
              time-container) ntp_box ;;
              unit=*) unit "${w#unit=}" ;;
              fs|containers|systemd|identity|hardware|pulse) "$w" ;;
              esac
            done
            printf '%%done\n<%s/uptime\n)\n' "$proc"
          done
        }

        lead | awk -Winteractive "$dump"
        """#
}
