/// `tools/pop` of a Pipe node: the three calls that a fleet makes, from the node's figures.
enum PopTool {
    static let script =
        StandIn.figures + #"""
            status() {
              up=$((UP_SECONDS / 86400))d
              echo 'PIPE NETWORK NODE STATUS'
              echo '========================'
              echo "Node:        $HOSTNAME"
              echo 'Status:      running'
              echo "Uptime:      $up ($PULSE_UPTIME %)"
              echo "Reputation:  $PULSE_REPUTATION"
              echo "Points:      $PULSE_POINTS"
              echo "Egress:      $PULSE_EGRESS"
              echo "Rank:        $PULSE_RANK"
              echo 'Ports:       80 open, 443 open, 8003 open'
            }
            json() {
              printf '{"status":"running","node_id":"%s","uptime_seconds":%s,"uptime_percent":%s,"reputation":%s,' \
                "$HOSTNAME" "$UP_SECONDS" "$PULSE_UPTIME" "$PULSE_REPUTATION"
              printf '"points":%s,"egress":"%s","rank":%s,"ports":{"80":true,"443":true,"8003":true}}\n' \
                "$PULSE_POINTS" "$PULSE_EGRESS" "$PULSE_RANK"
            }
            case "${1-} ${2-} ${3-}" in
            '--pulse --export json') json ;;
            '--status  '|'--pulse  ') status ;;
            '--version  ') echo 'pop 0.2.8 (pretend)' ;;
            *) echo "pop: unknown call: $*" >&2; exit 2 ;;
            esac
            """#
}
