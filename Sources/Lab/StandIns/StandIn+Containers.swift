extension StandIn {
    /// Docker and Compose. A container is a folder in `state/containers` with one file for each fact.
    static let containers = [
        StandIn(
            "docker",
            #"""
            #!/bin/sh
            state=$FLOTILLA_LAB_NODE/state
            all=$state/containers images=$state/images
            look() { v=; [ -r "$all/$1/$2" ] && read -r v <"$all/$1/$2"; }
            fact() { look "$@"; printf '%s' "$v"; }
            find_() {
              for d in "$all"/*/; do
                d=${d%/}
                [ -d "$d" ] || continue
                look "${d##*/}" id
                if [ "${d##*/}" = "$1" ] || [ "$v" = "$1" ]; then found=${d##*/}; return 0; fi
              done
              echo "Error response from daemon: No such container: $1" >&2
              return 1
            }
            set_() { echo "$3" >"$all/$1/$2"; }
            # Its control group, as the probe looks for it: another first process after each start.
            start_() {
              now=$(date +%s)
              set_ "$1" running true; set_ "$1" started "$now"
              look "$1" id; mkdir -p "$state/running/docker-$v.scope"; echo "$now" >"$state/running/docker-$v.scope/cgroup.procs"
            }
            stop_() { set_ "$1" running false; look "$1" id; rm -rf "$state/running/docker-$v.scope"; }
            render() {
              for fact in running health restarts image id; do look "$2" "$fact"; eval "$fact=\$v"; done
              if [ "$running" = true ]; then word=running long='Up 2 hours (healthy)'
              else word=exited long='Exited (0) 5 minutes ago'
              fi
              left=$1 text=
              while [ -n "$left" ]; do
                case $left in
                '{{if .State.Health}}{{.State.Health.Status}}{{end}}'*) cut_ "$health" '{{end}}' ;;
                '{{.State.Health.Status}}'*) cut_ "$health" '}}' ;;
                '{{.State.Running}}'*) cut_ "$running" '}}' ;;
                '{{.State.Status}}'*|'{{.State}}'*) cut_ "$word" '}}' ;;
                '{{.RestartCount}}'*) cut_ "$restarts" '}}' ;;
                '{{.Config.Image}}'*|'{{.Image}}'*) cut_ "$image" '}}' ;;
                '{{.Name}}'*) cut_ "$3$2" '}}' ;;
                '{{.Names}}'*) cut_ "$2" '}}' ;;
                '{{.ID}}'*|'{{.Id}}'*) cut_ "$id" '}}' ;;
                '{{.Status}}'*) cut_ "$long" '}}' ;;
                '\t'*) cut_ '	' '\t' ;;
                '{{'*) cut_ '' '}}' ;;
                *) plain=${left%%'{{'*}; plain=${plain%%'\t'*}; [ -n "$plain" ] || plain=$left; cut_ "$plain" "$plain" ;;
                esac
              done
              printf '%s\n' "$text"
            }
            cut_() { text=$text$1 left=${left#*"$2"}; }
            pull() {
              case $1 in ''|-*|*[!A-Za-z0-9._/:@-]*) echo 'invalid reference format' >&2; return 1 ;; esac
              case $1 in
              *missing*) echo "Error response from daemon: manifest for $1 not found: manifest unknown" >&2; return 1 ;;
              esac
              grep -qsxF "$1" "$images" || echo "$1" >>"$images"
              echo "Status: Downloaded newer image for $1"
              echo "$1"
            }
            verb=${1-}
            [ $# -gt 0 ] && shift
            case $verb in
            ps)
              every= quiet= format=
              while [ $# -gt 0 ]; do
                case $1 in
                --format) shift; format=$1 ;; --format=*) format=${1#*=} ;; --all) every=1 ;; --quiet) quiet=1 ;; --*) ;;
                -*) case $1 in *a*) every=1 ;; esac; case $1 in *q*) quiet=1 ;; esac ;;
                esac
                shift
              done
              [ -n "$format$quiet" ] || echo 'CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES'
              [ -n "$format" ] || format='{{.ID}}   {{.Image}}   "/entrypoint.sh"   3 weeks ago   {{.Status}}   0.0.0.0:3000->3000/tcp   {{.Names}}'
              [ -n "$quiet" ] && format='{{.ID}}'
              for d in "$all"/*/; do
                [ -d "$d" ] || continue
                d=${d%/}
                look "${d##*/}" running
                [ -n "$every" ] || [ "$v" = true ] || continue
                render "$format" "${d##*/}" ''
              done ;;
            inspect)
              format=
              while [ $# -gt 0 ]; do
                case $1 in
                -f|--format) shift; format=$1 ;; --format=*) format=${1#*=} ;; --type) shift ;; --type=*) ;;
                *) break ;;
                esac
                shift
              done
              code=0
              for c do
                find_ "$c" || { code=1; continue; }
                [ -n "$format" ] || { echo "[{\"Id\":\"$(fact "$found" id)\",\"Name\":\"/$found\",\"State\":{\"Running\":$(fact "$found" running)}}]"; continue; }
                render "$format" "$found" /
              done
              exit "$code" ;;
            exec)
              while [ $# -gt 0 ]; do
                case $1 in -u|-w|-e|--user|--workdir|--env) shift ;; -*) ;; *) break ;; esac
                shift
              done
              find_ "${1-}" || exit 1
              look "$found" running
              if [ "$v" != true ]; then echo "Error response from daemon: container $found is not running" >&2; exit 1; fi
              shift
              command -v "${1-}" >/dev/null || { echo "OCI runtime exec failed: exec: \"${1-}\": executable file not found in \$PATH" >&2; exit 127; }
              exec "$@" ;;
            pull)
              [ "${1-}" = -q ] && shift
              pull "${1-}" ;;
            images)
              [ -r "$images" ] && cat "$images" ;;
            start) for c do find_ "$c" && start_ "$found" && echo "$c"; done ;;
            stop|kill) for c do case $c in -*|[0-9]) continue ;; esac; find_ "$c" && stop_ "$found" && echo "$c"; done ;;
            restart)
              for c do
                case $c in -*|[0-9]) continue ;; esac
                find_ "$c" && start_ "$found" && echo "$c"
              done ;;
            logs)
              lines=all follow=
              while [ $# -gt 0 ]; do
                case $1 in
                --tail|-n) shift; lines=$1 ;; --tail=*) lines=${1#*=} ;; -f|--follow) follow=-f ;; --since|--until) shift ;;
                -*) ;; *) break ;;
                esac
                shift
              done
              find_ "${1-}" || exit 1
              [ "$lines" = all ] && lines=+1
              exec tail -n "$lines" $follow "$state/log/$found" ;;
            compose) exec docker-compose "$@" ;;
            version|--version|-v) echo 'Docker version 20.10.24+dfsg1, build 297e128' ;;
            info) echo 'Server Version: 20.10.24+dfsg1' ;;
            *) echo "docker: '$verb' is not a docker command of a pretend node." >&2; exit 1 ;;
            esac
            """#
        ),
        StandIn(
            "docker-compose",
            #"""
            #!/bin/sh
            state=$FLOTILLA_LAB_NODE/state
            file=docker-compose.yml
            while [ $# -gt 0 ]; do
              case $1 in
              -f|--file) shift; file=$1 ;; --file=*) file=${1#*=} ;;
              -p|--project-name|--env-file|--project-directory) shift ;;
              -v|--version) echo 'docker-compose version 1.29.2, build unknown'; exit 0 ;;
              -*) ;; *) break ;;
              esac
              shift
            done
            verb=${1-}
            [ $# -gt 0 ] && shift
            if [ ! -r "$file" ]; then
              echo "ERROR: .FileNotFoundError: [Errno 2] No such file or directory: './$file'" >&2
              exit 14
            fi
            # One service: its image is the file's first, with ${NAME:-default} filled in.
            image=$(sed -n 's/^ *image: *["'\'']\{0,1\}\([^"'\'' ]*\).*/\1/p' "$file" | sed -n 1p)
            case $image in
            '${'*) name=${image#??} default=${image#*:-} name=${name%%[:\}]*} default=${default%\}}
              case $name in *[!A-Za-z0-9_]*) value= ;; *) eval "value=\${$name-}" ;; esac
              image=${value:-$default} ;;
            esac
            name=$(sed -n 's/^ *container_name: *["'\'']\{0,1\}\([^"'\'' ]*\).*/\1/p' "$file" | sed -n 1p)
            name=${name:-mcp-utc-time}
            case $name in */*|.*|-*) echo "ERROR: bad container name $name" >&2; exit 1 ;; esac
            box=$state/containers/$name
            case $verb in
            up)
              mkdir -p "$box"
              [ -r "$box/id" ] || echo "$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')" >"$box/id"
              old=; [ -r "$box/image" ] && read -r old <"$box/image"
              running=false; [ -r "$box/running" ] && read -r running <"$box/running"
              if [ "$old" = "$image" ] && [ "$running" = true ]; then echo "$name is up-to-date" >&2; exit 0; fi
              docker pull "$image" >/dev/null || exit 1
              echo "$image" >"$box/image"; echo 0 >"$box/restarts"
              case $image in *broken*) echo unhealthy ;; *) echo healthy ;; esac >"$box/health"
              docker start "$name" >/dev/null
              echo "Recreating $name ... done" >&2 ;;
            restart) docker restart "$name" >/dev/null && echo "Restarting $name ... done" >&2 ;;
            stop|down) docker stop "$name" >/dev/null && echo "Stopping $name ... done" >&2 ;;
            start) docker start "$name" >/dev/null ;;
            pull) docker pull "$image" ;;
            ps) docker ps -a ;;
            logs) docker logs "$@" "$name" ;;
            config) cat "$file" ;;
            *) echo "No such command: $verb" >&2; exit 1 ;;
            esac
            """#
        ),
    ]
}
