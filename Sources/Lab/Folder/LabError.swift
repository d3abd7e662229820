import FleetModel
import Glibc

/// The lab cannot start or cannot be reached.
package struct LabError: Explained, Hashable {
    package let code: String
    package let problem: String
    package let advice: String?

    /// - `reason`: the word after `lab.`.
    init(_ reason: String, _ problem: String, advice: String? = nil) {
        self.code = "lab." + reason
        self.problem = problem
        self.advice = advice
    }

    /// A system call failed; reads `errno`.
    static func system(_ call: String, on object: String? = nil) -> LabError {
        let reason = errno
        let place = object.map { " on \($0)" } ?? ""
        return LabError(
            "system",
            "\(call)\(place): \(String(cString: strerror(reason)))",
            advice: advice(for: reason)
        )
    }

    private static func advice(for reason: Int32) -> String? {
        switch reason {
        case EMFILE: "raise the limit of open files (ulimit -n), or ask for fewer nodes"
        case EADDRINUSE: "another lab or server has the address: run “lab down”, or choose another port or network"
        case ENOSPC, EDQUOT: "free some space where the lab's folder is"
        case EACCES, EPERM: "give the lab a folder that is yours"
        default: nil
        }
    }
}
