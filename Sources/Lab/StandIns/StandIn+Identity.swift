extension StandIn {
    /// Who the node is and what time it has.
    static let identity = [
        StandIn(
            "hostname",
            figures + #"""
                case ${1-} in
                -I|--all-ip-addresses|-i) set -- $SSH_CONNECTION; echo "$3" ;;
                *) echo "$HOSTNAME" ;;
                esac
                """#
        ),
        StandIn(
            "uname",
            figures + #"""
                [ $# -gt 0 ] || set -- -s
                out=
                add() { out="$out${out:+ }$1"; }
                words=
                for a do
                  case $a in
                  -a|--all) words=snrvmo ;;
                  --kernel-name) words=${words}s ;; --nodename) words=${words}n ;; --kernel-release) words=${words}r ;;
                  --kernel-version) words=${words}v ;; --machine) words=${words}m ;; --operating-system) words=${words}o ;;
                  -*) words=$words${a#-} ;;
                  esac
                done
                case $words in *s*) add Linux ;; esac
                case $words in *n*) add "$HOSTNAME" ;; esac
                case $words in *r*) add "$KERNEL" ;; esac
                case $words in *v*) add '#1 SMP PREEMPT_DYNAMIC' ;; esac
                case $words in *m*|*p*|*i*) add "$MACHINE" ;; esac
                case $words in *o*) add GNU/Linux ;; esac
                echo "$out"
                """#
        ),
        StandIn(
            "nproc",
            figures + #"""
                echo "$CORES"
                """#
        ),
        StandIn(
            "date",
            figures + #"""
                real=/bin/date
                [ -x "$real" ] || real=/usr/bin/date
                for a do
                  case $a in -d*|--date*|-r*|--reference*|-s*|--set*|-f*|--file*) exec "$real" "$@" ;; esac
                done
                [ "$CLOCK_MS" = 0 ] && exec "$real" "$@"
                sign=+ ms=$CLOCK_MS
                case $ms in -*) sign=- ms=${ms#-} ;; esac
                exec "$real" -d "now $sign$((ms / 1000)) seconds" "$@"
                """#
        ),
        StandIn(
            "uptime",
            figures + #"""
                read -r up idle <"$FLOTILLA_PROC/uptime"
                read -r one five fifteen rest <"$FLOTILLA_PROC/loadavg"
                up=${up%.*}
                days=$((up / 86400)) hours=$((up % 86400 / 3600)) minutes=$((up % 3600 / 60))
                case ${1-} in
                -p|--pretty) echo "up $days days, $hours hours, $minutes minutes"; exit ;;
                -s|--since) exec date -d "now - $up seconds" '+%Y-%m-%d %H:%M:%S' ;;
                esac
                span=$(printf '%2d:%02d' "$hours" "$minutes")
                [ "$days" -gt 0 ] && span="$days days, $span"
                echo " $(date +%H:%M:%S) up $span,  1 user,  load average: $one, $five, $fifteen"
                """#
        ),
        StandIn(
            "free",
            #"""
            #!/bin/sh
            unit=1
            for a do
              case $a in -m|--mebi) unit=1024 ;; -g|--gibi) unit=1048576 ;; -h|--human) unit=h ;; -b|--bytes) unit=b ;; esac
            done
            exec awk -v unit="$unit" '
              function show(k) {
                if (unit == "b") return sprintf("%.0f", k * 1024)
                if (unit != "h") return int(k / unit)
                if (k >= 1048576) return sprintf("%.1fGi", k / 1048576)
                if (k >= 1024) return sprintf("%.0fMi", k / 1024)
                return k "Ki"
              }
              { v[$1] = $2 }
              END {
                cache = v["Buffers:"] + v["Cached:"] + v["SReclaimable:"]
                used = v["MemTotal:"] - v["MemAvailable:"]
                printf "%15s %11s %11s %11s %11s %11s\n", "total", "used", "free", "shared", "buff/cache", "available"
                printf "Mem:  %9s %11s %11s %11s %11s %11s\n", show(v["MemTotal:"]), show(used), show(v["MemFree:"]),
                  show(v["Shmem:"]), show(cache), show(v["MemAvailable:"])
                printf "Swap: %9s %11s %11s\n", show(v["SwapTotal:"]), show(v["SwapTotal:"] - v["SwapFree:"]), show(v["SwapFree:"])
              }' "$FLOTILLA_PROC/meminfo"
            """#
        ),
        StandIn(
            "ip",
            #"""
            #!/bin/sh
            set -- $SSH_CONNECTION
            echo "1: lo    inet 127.0.0.1/8 scope host lo"
            echo "2: eth0    inet ${3:-127.0.0.1}/8 scope global eth0"
            """#
        ),
    ]
}
