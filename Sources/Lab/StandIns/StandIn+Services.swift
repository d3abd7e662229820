extension StandIn {
    /// systemd. A unit is a file in `state/units` with the words `LOAD ACTIVE SUB`.
    static let services = [
        StandIn(
            "systemctl",
            #"""
            #!/bin/sh
            units=$FLOTILLA_LAB_NODE/state/units running=$FLOTILLA_LAB_NODE/state/running
            verb= wanted= names= properties= quiet= value=
            while [ $# -gt 0 ]; do
              case $1 in
              --state=*) wanted=${1#*=} ;;
              --failed) wanted=failed; [ -n "$verb" ] || verb=list-units ;;
              -p|--property) shift; properties="$properties $1" ;;
              --property=*) properties="$properties $(echo "${1#*=}" | tr , ' ')" ;;
              -p?*) properties="$properties ${1#-p}" ;;
              -q|--quiet) quiet=1 ;;
              --value) value=1 ;;
              -*) ;;
              *) if [ -z "$verb" ]; then verb=$1; else names="$names $1"; fi ;;
              esac
              shift
            done
            full() { case $1 in *.*) echo "$1" ;; *) echo "$1.service" ;; esac; }
            look() {
              unit=$(full "$1") load=not-found active=inactive sub=dead
              [ -r "$units/$unit" ] && read -r load active sub <"$units/$unit"
            }
            put() {
              [ "$load" = loaded ] && echo "loaded $1 $2" >"$units/$unit" || return
              [ "$1" = active ] && : >"$running/$unit" || rm -f "$running/$unit"
            }
            need() {
              [ "$load" = loaded ] && return
              echo "Failed to $verb $unit: Unit $unit not found." >&2
              code=5
              return 1
            }
            code=0
            case ${verb:-list-units} in
            is-active)
              code=3
              for n in $names; do look "$n"; [ -n "$quiet" ] || echo "$active"; [ "$active" = active ] && code=0; done ;;
            is-failed)
              code=1
              for n in $names; do look "$n"; [ -n "$quiet" ] || echo "$active"; [ "$active" = failed ] && code=0; done ;;
            is-enabled) for n in $names; do look "$n"; [ "$load" = loaded ] && echo enabled || { echo not-found; code=4; }; done ;;
            is-system-running)
              if grep -qs ' failed ' "$units"/*; then echo degraded; code=1; else echo running; fi ;;
            list-units)
              for f in "$units"/*; do
                [ -r "$f" ] || continue
                look "${f##*/}"
                [ -z "$wanted" ] || [ "$active" = "$wanted" ] || continue
                echo "$unit $load $active $sub $unit"
              done ;;
            show)
              for n in ${names:-manager}; do
                look "$n"
                for p in ${properties:-Id LoadState ActiveState SubState}; do
                  case $p in
                  Id) v=$unit ;; LoadState) v=$load ;; ActiveState) v=$active ;; SubState) v=$sub ;;
                  UnitFileState) v=enabled ;; MainPID) v=612 ;; Result) [ "$active" = failed ] && v=exit-code || v=success ;;
                  *) v= ;;
                  esac
                  if [ -n "$value" ]; then echo "$v"; else echo "$p=$v"; fi
                done
              done ;;
            status)
              for n in $names; do
                look "$n"
                if [ "$load" = not-found ]; then echo "Unit $unit could not be found." >&2; code=4; continue; fi
                echo "* $unit"; echo "     Loaded: $load (/lib/systemd/system/$unit; enabled)"; echo "     Active: $active ($sub)"
                [ "$active" = active ] || code=3
              done ;;
            start|restart|reload|try-restart|reload-or-restart) for n in $names; do look "$n"; need && put active running; done ;;
            stop) for n in $names; do look "$n"; need && put inactive dead; done ;;
            kill) for n in $names; do look "$n"; need && put failed failed; done ;;
            reset-failed)
              for f in "$units"/*; do look "${f##*/}"; [ "$active" = failed ] && put inactive dead; done ;;
            enable|disable|mask|unmask) for n in $names; do look "$n"; need; done ;;
            daemon-reload|daemon-reexec) ;;
            reboot) exec reboot ;;
            *) echo "Unknown command verb $verb." >&2; code=1 ;;
            esac
            exit "$code"
            """#
        ),
        StandIn(
            "journalctl",
            #"""
            #!/bin/sh
            unit=system lines=20 follow=
            while [ $# -gt 0 ]; do
              case $1 in
              -u|--unit) shift; unit=$1 ;;
              --unit=*) unit=${1#*=} ;;
              -n|--lines) shift; lines=$1 ;;
              --lines=*) lines=${1#*=} ;;
              -n?*) lines=${1#-n} ;;
              -f|--follow) follow=-f ;;
              -o|--output|--since|--until|-p) shift ;;
              esac
              shift
            done
            [ "$lines" = all ] && lines=+1
            log=$FLOTILLA_LAB_NODE/state/log/${unit%.service}
            [ -r "$log" ] || { echo '-- No entries --'; exit 0; }
            exec tail -n "$lines" $follow "$log"
            """#
        ),
    ]
}
