package import FleetModel

/// What a `prometheus.yml` says.
package struct MonitoringConfiguration: Hashable, Sendable {
    package var evaluationInterval: Duration = .seconds(60)
    /// Put on what is sent to other systems.
    package var externalLabels = LabelSet.empty
    package var jobs: [ScrapeJob] = []
    /// As written; relative ones stand beside the file.
    package var ruleFiles: [String] = []
    package var alertmanagers: [AlertmanagerTarget] = []
    package var alertRelabelling: [RelabelRule] = []
    package var remoteWrites: [RemoteWriteTarget] = []

    package init() {}
}

/// One of the `scrape_configs`, with the defaults filled in.
package struct ScrapeJob: Hashable, Sendable {
    package var name: String
    package var interval: Duration = .seconds(60)
    package var timeout: Duration = .seconds(10)
    package var path = "/metrics"
    package var scheme = "http"
    package var parameters: [String: [String]] = [:]
    package var honorsLabels = false
    package var honorsTimestamps = true
    package var access = HTTPAccess()
    package var isCompressed = true
    /// For a target that names no content type, or one we do not know.
    package var fallback: ExpositionFormat?
    package var limits = ScrapeLimits()
    package var relabelling: [RelabelRule] = []
    package var metricRelabelling: [RelabelRule] = []
    package var groups: [TargetGroup] = []
    package var files: [FileDiscovery] = []
    package var route = ScrapeRoute.network

    package init(name: String) {
        self.name = name
    }
}

/// The way to an exporter.
package enum ScrapeRoute: String, Hashable, Sendable {
    case network
    /// Through the node's SSH connection: `host:port` of a target is seen from the node, the host names the node.
    case ssh
}

/// How much a target may say; zero for no limit.
package struct ScrapeLimits: Hashable, Sendable {
    package var samples = 0
    package var targets = 0
    package var labels = 0
    package var labelName = 0
    package var labelValue = 0
    /// Bytes, unpacked.
    package var body = 0

    package init() {}
}

/// Targets with the labels that all of them have.
package struct TargetGroup: Hashable, Sendable {
    package var addresses: [String]
    package var labels: [String: String]
    /// Where they were read.
    package var source: String

    package init(addresses: [String], labels: [String: String], source: String) {
        self.addresses = addresses
        self.labels = labels
        self.source = source
    }
}

/// Files that list targets, looked at again and again.
package struct FileDiscovery: Hashable, Sendable {
    /// Paths whose last part may hold `*`.
    package var patterns: [String]
    package var refresh: Duration

    package init(patterns: [String], refresh: Duration) {
        self.patterns = patterns
        self.refresh = refresh
    }
}

/// How to be let in.
package struct HTTPAccess: Hashable, Sendable {
    package enum Login: Hashable, Sendable {
        case none
        case basic(user: String, password: SecretSource)
        /// `Authorization: TYPE CREDENTIALS`
        case authorization(type: String, credentials: SecretSource)
    }

    package var login = Login.none
    package var tls = TLSAccess()
    package var followsRedirects = true
    package var headers: [String: Secret] = [:]

    package init() {}
}

/// A secret in the file itself, or in a file of its own that is read each time.
package enum SecretSource: Hashable, Sendable {
    case text(Secret)
    case file(String)
}

package struct TLSAccess: Hashable, Sendable {
    package var authorities: String?
    package var authoritiesFile: String?
    package var certificateFile: String?
    package var keyFile: String?
    package var serverName: String?
    package var skipsVerification = false

    package init() {}
}

/// A real Alertmanager to send alerts to.
package struct AlertmanagerTarget: Hashable, Sendable {
    package var addresses: [String]
    package var scheme = "http"
    package var pathPrefix = ""
    package var timeout: Duration = .seconds(10)
    package var access = HTTPAccess()

    package init(addresses: [String]) {
        self.addresses = addresses
    }
}

/// One of the `remote_write` sections.
package struct RemoteWriteTarget: Hashable, Sendable {
    package var url: String
    package var name: String
    package var timeout: Duration = .seconds(30)
    package var access = HTTPAccess()
    package var relabelling: [RelabelRule] = []
    package var queue = Queue()

    package struct Queue: Hashable, Sendable {
        package var maxShards = 4
        package var maxSamplesPerSend = 2000
        package var batchDeadline: Duration = .seconds(5)
        package var minBackoff: Duration = .milliseconds(30)
        package var maxBackoff: Duration = .seconds(5)
        package var retriesOn429 = false
        /// Older samples are dropped; zero for none.
        package var sampleAgeLimit = Duration.zero

        package init() {}
    }

    package init(url: String, name: String) {
        self.url = url
        self.name = name
    }
}
