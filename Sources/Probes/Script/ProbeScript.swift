package import FleetModel

/// The probe: one POSIX shell script that answers each line of its input with one framed sample, until end of file.
package enum ProbeScript {
    /// The first line of the script names it; a gate of another version is told to be renewed by this.
    package static let version = 1

    /// The script as it travels: without indentation, at most 8,192 bytes.
    package static let text = packed(source)

    /// A script as it travels: without indentation and empty lines, which none of ours needs.
    static func packed(_ source: String) -> String {
        let lines = source.split(separator: "\n", omittingEmptySubsequences: true)
        return lines.map { $0.drop { $0 == " " } }.joined(separator: "\n") + "\n"
    }

    /// The loop for `RemoteShell.open`, with the operate key: send `request` lines, read frames.
    package static func command(roots: Roots = .init()) -> Command {
        .script(text, arguments: roots.arguments)
    }

    /// One request line.
    package static func request(_ nonce: ProbeNonce, _ families: [ProbeFamily] = []) -> [UInt8] {
        let words = [nonce.text] + families.compactMap(\.word)
        return Array((words.joined(separator: " ") + "\n").utf8)
    }

    /// Where the node's own trees are, as node_exporter has it for a container that sees its host's.
    package struct Roots: Hashable, Sendable {
        package var proc: String?
        package var sys: String?
        package var root: String?
        /// Where the node's tools are searched, instead of `$PATH` and the usual places; folders between colons.
        package var tools: String?

        package init(proc: String? = nil, sys: String? = nil, root: String? = nil, tools: String? = nil) {
            self.proc = proc
            self.sys = sys
            self.root = root
            self.tools = tools
        }

        /// `--path.procfs=…` and its kin.
        package var arguments: [String] {
            [("procfs", proc), ("sysfs", sys), ("rootfs", root), ("tools", tools)].compactMap { name, path in
                path.map { "--path.\(name)=\($0)" }
            }
        }
    }
}

/// A word that only this request knows, so that nothing else a node prints can pass for its answer.
package struct ProbeNonce: Hashable, Sendable {
    package let text: String

    /// - Parameter entropy: 64 random bits; a fresh value for each request.
    package init(entropy: UInt64) {
        let digits = String(entropy, radix: 16)
        self.text = "f" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    init(word: String) {
        self.text = word
    }
}
