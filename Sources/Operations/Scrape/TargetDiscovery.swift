internal import FleetModel

/// The targets that files list, looked at again and again; a file that is wrong leaves those from before.
struct TargetDiscovery: Sendable {
    private var known: [FileDiscovery: [String: [TargetGroup]]] = [:]
    private var readAt: [FileDiscovery: Timestamp] = [:]
    private var problems: [String] = []
    private var told: Set<String> = []

    func isDue(_ jobs: [ScrapeJob], at now: Timestamp) -> Bool {
        jobs.contains { job in job.files.contains { isDue($0, at: now) } }
    }

    private func isDue(_ files: FileDiscovery, at now: Timestamp) -> Bool {
        // Files are read every few seconds at the most: Prometheus is told of changes by the kernel, we look.
        guard let last = readAt[files] else { return true }
        return now - last >= min(files.refresh, .seconds(5)) || now < last
    }

    mutating func groups(
        of job: ScrapeJob,
        at now: Timestamp,
        reading read: (FileDiscovery) -> [String: Result<[TargetGroup], MonitoringErrors>]
    ) -> [TargetGroup] {
        job.files.flatMap { files in
            if isDue(files, at: now) { look(at: files, now, read(files)) }
            return (known[files] ?? [:]).sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }

    private mutating func look(
        at files: FileDiscovery,
        _ now: Timestamp,
        _ found: [String: Result<[TargetGroup], MonitoringErrors>]
    ) {
        readAt[files] = now
        var groups: [String: [TargetGroup]] = [:]
        for (path, result) in found {
            switch result {
            case .success(let read): groups[path] = read
            case .failure(let error):
                groups[path] = known[files]?[path]
                if told.insert(error.problem).inserted { problems.append(error.problem) }
            }
        }
        known[files] = groups
    }

    mutating func forget(except jobs: [ScrapeJob]) {
        let named = Set(jobs.flatMap(\.files))
        known = known.filter { named.contains($0.key) }
        readAt = [:]
        told = []
    }

    mutating func takeProblems() -> [String] {
        defer { problems = [] }
        return problems
    }
}
