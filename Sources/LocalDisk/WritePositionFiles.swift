package import FleetModel
internal import Glibc
package import Operations

/// How far each receiver of remote write has got: one small file for each, in the home.
package struct WritePositionFiles: WritePositions {
    private let folder: String

    package init(home: Home) {
        folder = home.path + "/remote-write"
    }

    package func position(of target: RemoteWriteTarget) throws -> Timestamp? {
        let path = path(of: target)
        guard DiskFiles().kind(of: path) == .file else { return nil }
        let text = String(decoding: try DiskFiles().contents(of: path, limit: 4096), as: UTF8.self)
        guard let milliseconds = Int64(text.prefix { $0 != " " && $0 != "\n" }) else {
            throw StateError(
                "damaged",
                "\(path) holds no position",
                advice: "remove it: sending begins anew from now on"
            )
        }
        return Timestamp(milliseconds: milliseconds)
    }

    package func keep(_ position: Timestamp, of target: RemoteWriteTarget) throws {
        mkdir(folder, 0o700)
        try AtomicFile.write(Array("\(position.milliseconds)\n".utf8), to: path(of: target), mode: 0o600)
    }

    /// By name and address: another receiver under an old name begins anew.
    private func path(of target: RemoteWriteTarget) -> String {
        let labels = LabelSet([Sample.Label("name", target.name), Sample.Label("url", target.url)])
        return folder + "/" + String(labels.fingerprint, radix: 16) + ".position"
    }
}
