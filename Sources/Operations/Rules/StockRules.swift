/// The rules that are in force where the configuration has no rules of its own: few, each severe.
package enum StockRules {
    /// What the file is called in messages and in the API.
    package static let path = "stock.yml"

    // swift-format-ignore
    /// A Prometheus rule file.
    package static let text = #"""
        # Flotilla's stock rules: in force where the configuration has no folder rules/. To change them:
        #   mkdir -p CONFIG/rules && flotilla rules stock > CONFIG/rules/stock.yml
        groups:
          - name: flotilla-stock
            interval: 30s
            labels:
              severity: critical
            rules:
              - alert: NodeDown
                expr: up{job="flotilla"} == 0
                for: 3m
                annotations:
                  summary: "{{ $labels.node }} does not answer"
                  description: "No poll of {{ $labels.node }} ({{ $labels.instance }}) succeeded for 3 minutes. See: flotilla test {{ $labels.node }}"
              - alert: HostKeyChanged
                expr: flotilla_node_quarantined == 1
                annotations:
                  summary: "{{ $labels.node }} shows another host key than before"
                  description: "Nothing is run on it until somebody looks. If it was rebuilt: flotilla host-keys accept {{ $labels.node }}"
              - alert: ClockWrong
                expr: abs(flotilla_clock_offset_seconds) > 2
                for: 10m
                annotations:
                  summary: "the clock of {{ $labels.node }} is off by {{ humanizeDuration $value }}"
                  description: "Logs, certificates and clusters go wrong with it. See the time service on the node."
              - alert: DiskFillingUp
                expr: >-
                  predict_linear(node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|squashfs|iso9660|overlay"}[6h], 86400) < 0
                  and node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.2
                  and node_filesystem_readonly == 0
                for: 30m
                annotations:
                  summary: "{{ $labels.mountpoint }} of {{ $labels.node }} is full within a day"
                  description: "It fills up as fast as over the last six hours."
              - alert: DiskFull
                expr: >-
                  (
                      node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|squashfs|iso9660|overlay"} / node_filesystem_size_bytes < 0.03
                    or
                      node_filesystem_files_free{fstype!~"tmpfs|ramfs|squashfs|iso9660|overlay"} / (node_filesystem_files > 0) < 0.03
                  ) and node_filesystem_readonly == 0
                for: 5m
                annotations:
                  summary: "{{ $labels.mountpoint }} of {{ $labels.node }} is full"
                  description: "{{ humanizePercentage $value }} of its space or of its inodes is left."
              - alert: FileSystemReadOnly
                expr: node_filesystem_readonly{fstype=~"ext[234]|xfs|btrfs|f2fs|zfs", mountpoint!~"/(boot|snap)(/.*)?"} == 1
                for: 2m
                annotations:
                  summary: "{{ $labels.mountpoint }} of {{ $labels.node }} has become read-only"
                  description: "The kernel does that after errors of the disk or of the SD card. Save what is on it."
              - alert: UnderVoltage
                expr: flotilla_pi_under_voltage == 1
                for: 1m
                annotations:
                  summary: "{{ $labels.node }} gets too little voltage"
                  description: "It may crash and damage its card. Look at the power supply and its cable."
              - alert: ContainerDown
                expr: flotilla_container_running == 0 and max_over_time(flotilla_container_running[1d]) == 1
                for: 5m
                annotations:
                  summary: "the container {{ $labels.name }} on {{ $labels.node }} is down"
                  description: "It ran within the last day. See: flotilla logs {{ $labels.node }} --container {{ $labels.name }}"
              - alert: BackupMissed
                expr: time() - flotilla_backup_last_success_timestamp_seconds > 2 * 86400
                for: 1h
                annotations:
                  summary: "{{ $labels.node }} was not backed up for {{ humanizeDuration $value }}"
                  description: "See: flotilla backup list {{ $labels.node }}"
              - alert: CollectorBehind
                expr: count(time() - timestamp(up{job="flotilla"}) > 150) > 0.1 * count(up{job="flotilla"})
                for: 5m
                annotations:
                  summary: "nodes polled too late: {{ $value }}"
                  description: "The controller does not keep up. See: flotilla collector status"

        """#
}
