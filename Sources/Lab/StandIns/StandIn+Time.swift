extension StandIn {
    /// Time daemons: chrony on Pipe nodes, ntpd on time nodes.
    static let time = [
        StandIn(
            "timedatectl",
            figures + #"""
                yes=no; [ "$NTP_SYNCED" = 1 ] && yes=yes
                case ${1-} in
                show)
                  shift
                  case $* in
                  *-p*|*--property*) ;;
                  *) echo Timezone=Etc/UTC; echo LocalRTC=no; echo CanNTP=yes ;;
                  esac
                  echo NTP=yes; echo "NTPSynchronized=$yes" ;;
                *)
                  echo "           Universal time: $(date -u '+%a %Y-%m-%d %H:%M:%S UTC')"
                  echo "System clock synchronized: $yes"
                  echo "              NTP service: active" ;;
                esac
                """#
        ),
        StandIn(
            "chronyc",
            on: .pipe,
            figures + #"""
                csv= verb=
                for a do
                  case $a in -c) csv=1 ;; -*) ;; *) [ -n "$verb" ] || verb=$a ;; esac
                done
                leap=Normal reach=377 mark=*
                [ "$NTP_SYNCED" = 1 ] || leap='Not synchronised' reach=0 mark=?
                case $verb in
                tracking)
                  if [ -n "$csv" ]; then
                    echo "A29FC87B,162.159.200.123,3,$(date +%s).118045210,$NTP_OFFSET_S,-0.000021034,0.000044120,-12.644,0.002,0.047,0.011208214,0.000640102,64.4,$leap"
                  else
                    echo 'Reference ID    : A29FC87B (162.159.200.123)'
                    echo 'Stratum         : 3'
                    echo "System time     : $NTP_OFFSET_S seconds fast of NTP time"
                    echo "Leap status     : $leap"
                  fi ;;
                sources)
                  if [ -n "$csv" ]; then
                    echo "^,$mark,162.159.200.123,2,6,$reach,22,$NTP_OFFSET_S,$NTP_OFFSET_S,0.005812000"
                    echo "^,+,162.159.200.1,2,6,$reach,25,$NTP_OFFSET_S,$NTP_OFFSET_S,0.006211000"
                  else
                    echo 'MS Name/IP address         Stratum Poll Reach LastRx Last sample'
                    echo '==============================================================================='
                    echo "^$mark 162.159.200.123               2   6   $reach    22   ${NTP_OFFSET_MS}ms"
                  fi ;;
                *) echo 'Unrecognized command' >&2; exit 1 ;;
                esac
                """#
        ),
        StandIn(
            "ntpq",
            on: .time,
            figures + #"""
                verb=peers
                for a do
                  case $a in *rv*) verb=rv ;; esac
                done
                reach=377 mark=* pps=o
                [ "$NTP_SYNCED" = 1 ] || reach=377 mark=x pps=' '
                if [ "$verb" = rv ]; then
                  leap=leap_none; [ "$NTP_SYNCED" = 1 ] || leap=leap_alarm
                  echo "associd=0 status=0618 $leap, sync_ntp, 1 event, no_sys_peer,"
                  echo "stratum=$STRATUM, offset=$NTP_OFFSET_MS, sys_jitter=$NTP_JITTER_MS, refid=GPS"
                  exit 0
                fi
                row() { printf '%s%-15s %-15s %2s %s %4s %4s  %3s %8s %8s %7s\n' "$@"; }
                echo '     remote           refid      st t when poll reach   delay   offset  jitter'
                echo '=============================================================================='
                if [ "$STRATUM" = 1 ]; then
                  row "$mark" 127.127.28.0 .GPS. 0 l 11 16 $reach 0.000 "$NTP_OFFSET_MS" 1.204
                  row "$pps" 127.127.22.0 .PPS. 0 l 9 16 $reach 0.000 "$NTP_OFFSET_MS" "$NTP_JITTER_MS"
                  row - 162.159.200.123 10.12.3.190 3 u 33 64 377 5.871 0.412 0.250
                else
                  set -- $SSH_CONNECTION
                  net=${3:-127.78.1.1}; net=${net%.*.*}
                  row "$mark" "$net.1.1" .PPS. 1 u 33 64 $reach 0.412 "$NTP_OFFSET_MS" "$NTP_JITTER_MS"
                  row + "$net.1.2" .PPS. 1 u 21 64 $reach 0.437 "$NTP_OFFSET_MS" "$NTP_JITTER_MS"
                fi
                """#
        ),
    ]

    /// What a Raspberry Pi has of its own.
    static let hardware = [
        StandIn(
            "vcgencmd",
            on: .time,
            figures + #"""
                case ${1-} in
                get_throttled) read -r bits <"$FLOTILLA_SYS/devices/platform/soc/soc:firmware/get_throttled"; echo "throttled=0x$bits" ;;
                measure_temp) echo "temp=$TEMPERATURE'C" ;;
                measure_volts) echo 'volt=0.8600V' ;;
                measure_clock) echo 'frequency(48)=1500398464' ;;
                version) echo 'version 2024-09-23 (release) (start)' ;;
                *) echo 'error=1 error_msg="Command not registered"'; exit 255 ;;
                esac
                """#
        )
    ]
}
