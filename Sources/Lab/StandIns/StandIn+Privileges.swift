extension StandIn {
    /// Becoming root, and what only root may do.
    static let privileges = [
        StandIn(
            "sudo",
            #"""
            #!/bin/sh
            state=$FLOTILLA_LAB_NODE/state
            ask= stdin= never= check= shell= prompt='[sudo] password for %p: ' user=root
            [ -e "$state/sudo-prompt" ] && ask=1
            while [ $# -gt 0 ]; do
              case $1 in
              --) shift; break ;;
              -n|--non-interactive) never=1 ;;
              -S|--stdin) stdin=1 ;;
              -k|-K|--reset-timestamp|--remove-timestamp) [ $# -eq 1 ] && exit 0 ;;
              -v|--validate) check=1 ;;
              -l|--list) check=list ;;
              -i|-s|--login|--shell) shell=1 ;;
              -E|-H|-b|-A|-P|--preserve-env*|--set-home|--askpass) ;;
              -p|--prompt) shift; prompt=${1-} ;;
              --prompt=*) prompt=${1#*=} ;;
              -p?*) prompt=${1#-p} ;;
              -u|--user) shift; user=${1-} ;;
              --user=*) user=${1#*=} ;;
              -u?*) user=${1#-u} ;;
              -g|-C|-h|-r|-t|-T|-R|-D) shift ;;
              -nS|-Sn) never=1 stdin=1 ;;
              -Sk|-kS) stdin=1 ;;
              -V|--version) echo 'Sudo version 1.9.13p3'; exit 0 ;;
              -*) echo "sudo: invalid option -- '${1#-}'" >&2; exit 1 ;;
              [A-Za-z_]*=*) export "$1" ;;
              *) break ;;
              esac
              shift
            done
            name=$(hostname)
            show() { printf '%s' "$prompt" | sed "s/%[pu]/$USER/g; s/%[hH]/$name/g; s/%%/%/g" >&2; }
            if [ -n "$ask" ]; then
              if [ -n "$never" ]; then echo 'sudo: a password is required' >&2; exit 1; fi
              if [ -z "$stdin" ]; then
                echo 'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper' >&2
                echo 'sudo: a password is required' >&2
                exit 1
              fi
              wanted= tries=0
              [ -r "$state/password" ] && IFS= read -r wanted <"$state/password"
              while :; do
                show
                if ! IFS= read -r given && [ -z "$given" ]; then
                  echo >&2; echo 'sudo: no password was provided' >&2
                  [ "$tries" -gt 0 ] && echo "sudo: $tries incorrect password attempt" >&2 || echo 'sudo: a password is required' >&2
                  exit 1
                fi
                [ -n "$wanted" ] && [ "$given" = "$wanted" ] && break
                tries=$((tries + 1))
                if [ "$tries" -ge 3 ]; then echo "sudo: $tries incorrect password attempts" >&2; exit 1; fi
                echo 'Sorry, try again.' >&2
              done
            fi
            case $check in
            list) echo "User $USER may run the following commands on $name:"; echo '    (ALL : ALL) ALL'; exit 0 ;;
            1) exit 0 ;;
            esac
            SUDO_USER=$USER USER=$user LOGNAME=$user
            export SUDO_USER USER LOGNAME
            if [ -n "$shell" ]; then
              [ $# -gt 0 ] && exec /bin/sh -c "$*"
              exec /bin/sh
            fi
            if [ $# -eq 0 ]; then echo 'usage: sudo -h | -K | -k | -V' >&2; exit 1; fi
            case $1 in */*) ;; *) command -v "$1" >/dev/null || { echo "sudo: $1: command not found" >&2; exit 1; } ;; esac
            exec "$@"
            """#
        ),
        StandIn("reboot", reboot),
        StandIn(
            "shutdown",
            #"""
            #!/bin/sh
            for a do
              case $a in -r|--reboot) exec reboot ;; esac
            done
            echo 'shutdown: a pretend node can only be rebooted (-r)' >&2
            exit 1
            """#
        ),
    ]

    private static let reboot = #"""
        #!/bin/sh
        : >"$FLOTILLA_LAB/events/reboot:$FLOTILLA_LAB_NAME"
        """#
}
