import FleetModel

/// What has to happen on the node, from what is here and what was found there: values only.
struct DeployPlan: Sendable {
    /// The entries that are made or changed.
    private(set) var changed: [Int] = []
    /// The entries whose content is sent.
    private(set) var payload: [DeploySource.Entry] = []
    private(set) var payloadBytes = 0
    /// Marks the temporary names on the node.
    let nonce = String(UInt64.random(in: 0..<UInt64.max), radix: 36)

    private var prepare = ""
    private var place = ""
    private var afterwards: [String] = []
    private var ownersOfPayload: [Ownership: [Int]] = [:]
    private var lastFolder: [UInt8]?
    private let options: Deploy.Options
    private let isRoot: Bool
    private(set) var folderInTheWay: [UInt8]?

    private struct Ownership: Hashable {
        let name: String
        let fallback: String
    }

    init(_ tree: DeploySource, _ found: DeploySurvey.Found, options: Deploy.Options) {
        self.options = options
        isRoot = found.isRoot
        for (index, entry) in tree.entries.enumerated() {
            if add(entry, found.findings[index]) { changed.append(index) }
        }
        for (owner, members) in ownersOfPayload.sorted(by: { $0.key.name < $1.key.name }) {
            for start in stride(from: 0, to: members.count, by: 200) {
                let files = members[start..<min(start + 200, members.count)].map { "\"$S\"/\($0)" }
                prepare += "own \(words(owner)) \(files.joined(separator: " "))\n"
            }
        }
        // Only now, because changing the owner takes away the bits that let a program run as its owner.
        for (index, entry) in payload.enumerated() where entry.mode > 0o777 {
            prepare += "chmod \(String(entry.mode, radix: 8)) \"$S\"/\(index)\n"
        }
    }

    var isEmpty: Bool { changed.isEmpty }

    /// The generated scripts, to travel in the stream.
    var prepareScript: [UInt8] { Array(prepare.utf8) }
    var placeScript: [UInt8] { Array((place + afterwards.reversed().joined()).utf8) }

    /// The list for `sha256sum -c`.
    var sums: [UInt8] {
        Array(
            payload.enumerated().map { index, entry in
                if case .file(_, let hash) = entry.content { "\(hash)  \(index)\n" } else { "" }
            }.joined().utf8
        )
    }

    /// - Returns: whether anything has to be done about the entry.
    private mutating func add(_ entry: DeploySource.Entry, _ finding: DeploySurvey.Finding) -> Bool {
        if finding == .folderInTheWay { folderInTheWay = folderInTheWay ?? entry.name }
        let path = DeploySurvey.place(of: entry)
        switch (entry.content, finding) {
        case (.file(_, let hash), .file(let attributes?, let there)) where hash == there:
            return adjust(entry, attributes, path, later: false)
        case (.folder, .folder(let attributes?)):
            return adjust(entry, attributes, path, later: true)
        case (.folder, .folder(nil)):
            return false
        case (.link, .sameLink):
            return false
        case (.file(let size, _), _):
            enter(entry)
            if let owner = owner(of: entry) { ownersOfPayload[owner, default: []].append(payload.count) }
            place += "F \(payload.count) \(path)\n"
            payload.append(entry)
            payloadBytes += size
        case (.folder, _):
            makeFolder(entry, path)
        case (.link(let target), _):
            enter(entry)
            let own = owner(of: entry).map { " " + words($0) } ?? ""
            place += "K \(NodeWord.word(target)) \(path)\(own)\n"
        }
        return true
    }

    private mutating func makeFolder(_ entry: DeploySource.Entry, _ path: String) {
        place += "D \(path)\n"
        // At the end and children first: a folder may lose the very bits that are needed to fill it.
        afterwards.append("chmod \(String(entry.mode, radix: 8)) \(path)\n")
        if let owner = owner(of: entry) { afterwards.append("own \(words(owner)) \(path)\n") }
    }

    /// Mode and owner of something whose content is right.
    private mutating func adjust(
        _ entry: DeploySource.Entry,
        _ there: DeploySurvey.Attributes,
        _ path: String,
        later: Bool
    ) -> Bool {
        var commands = ""
        let isNewOwner = owner(of: entry).map { !Self.matches($0.name, there) && $0.fallback != there.numbers } ?? false
        if isNewOwner, let owner = owner(of: entry) { commands += "own \(words(owner)) \(path)\n" }
        if entry.mode != there.mode || isNewOwner && entry.mode > 0o777 {
            commands += "chmod \(String(entry.mode, radix: 8)) \(path)\n"
        }
        guard !commands.isEmpty else { return false }
        if later { afterwards.append(commands) } else { place += commands }
        return true
    }

    /// The node looks once for each folder whether it is on the file system of the temporary names.
    private mutating func enter(_ entry: DeploySource.Entry) {
        let parts = entry.name.split(separator: DeploySource.slash).dropLast()
        let folder = Array(parts.joined(separator: [DeploySource.slash]))
        guard !entry.name.isEmpty, lastFolder != folder else { return }
        lastFolder = folder
        place += folder.isEmpty ? "I \"$R\"\n" : "I \"$R\"/\(NodeWord.word(folder))\n"
    }

    private func owner(of entry: DeploySource.Entry) -> Ownership? {
        if let owner = options.owner { return Ownership(name: owner, fallback: owner) }
        return isRoot ? Ownership(name: entry.owner, fallback: entry.ownerNumbers) : nil
    }

    private func words(_ owner: Ownership) -> String { ShellQuoting.line([owner.name, owner.fallback]) }

    /// `user`, `user:group` or `:group` against what is there.
    private static func matches(_ wanted: String, _ there: DeploySurvey.Attributes) -> Bool {
        let parts = wanted.split(separator: ":", omittingEmptySubsequences: false)
        return [there.names, there.numbers].contains { found in
            zip(parts, found.split(separator: ":")).allSatisfy { $0.isEmpty || $0 == $1 }
        }
    }
}
