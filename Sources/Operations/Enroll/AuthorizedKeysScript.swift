/// What the scripts that read or write a log-in's `authorized_keys` have in common; `$1` is the nonce of their answers.
enum AuthorizedKeysScript {
    static let opening = #"""
        LC_ALL=C; export LC_ALL
        umask 077
        nonce=$1
        say() { printf 'flotilla-keys %s %s\n' "$nonce" "$*"; }
        failed() {
            case $1 in
            *[Nn]"o space left"*|*[Qq]"uota exceeded"*) say full ;;
            *) say failed "$1" ;;
            esac
            exit 1
        }

        """#

    static let folder = #"""
        folder=~/.ssh
        # OpenWrt's dropbear reads root's keys from its own folder.
        if [ -f /etc/openwrt_release ] && [ -d /etc/dropbear ] && [ "$(id -u)" = 0 ]; then folder=/etc/dropbear; fi

        """#

    static let file = #"""
        file=$folder/authorized_keys
        # A link stays a link: what it points to is replaced.
        if [ -L "$file" ]; then file=$(readlink -f "$file") || failed "$folder/authorized_keys is a broken link"; fi
        if [ -e "$file" ] && [ ! -f "$file" ]; then failed "$file is no file"; fi
        if [ -f "$file" ] && [ ! -r "$file" ]; then failed "$file: permission denied"; fi

        """#

    /// The new file stands beside the old one until it is whole.
    static let staging = #"""
        new=$file.flotilla-$nonce
        trap 'rm -f "$new"' EXIT
        trap 'exit 129' HUP
        trap 'exit 130' INT
        trap 'exit 143' TERM
        e=$( (: >"$new") 2>&1) || failed "$e"

        """#

    /// The words that a script said, or nil where another command answered.
    static func words(_ text: String, nonce: String) -> Substring? {
        let prefix = "flotilla-keys \(nonce) "
        return text.split(separator: "\n").last { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
    }
}
