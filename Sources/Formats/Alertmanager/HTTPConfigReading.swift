internal import Alerting
internal import FleetModel

/// `http_config` and `tls_config`.
struct HTTPConfigReading {
    let mistakes: MistakeList

    func read(_ node: YAMLNode) -> HTTPSettings? {
        let keys: Set = [
            "basic_auth", "authorization", "bearer_token", "bearer_token_file", "oauth2", "tls_config", "proxy_url",
            "no_proxy", "proxy_from_environment", "proxy_connect_header", "follow_redirects", "enable_http2",
            "http_headers",
        ]
        guard let fields = KnownMapping(node, "http_config", keys: keys, mistakes) else { return nil }
        for key in ["oauth2", "no_proxy", "proxy_connect_header"] where fields[key] != nil {
            mistakes.add("\(key) is not supported in http_config", at: fields.mark(key))
        }
        if fields.flag("proxy_from_environment") == true {
            mistakes.add(
                "proxy_from_environment is not supported: write proxy_url",
                at: fields.mark("proxy_from_environment")
            )
        }
        var settings = HTTPSettings()
        settings.login = fields["basic_auth"].flatMap(login)
        settings.authorization = authorization(fields)
        settings.proxy = fields.text("proxy_url").map { Secret($0) }
        settings.headers = headers(fields)
        if let node = fields["tls_config"], let tls = tls(node) {
            if !tls.serverName.isEmpty {
                mistakes.add("server_name is not supported in http_config: write the name in the url", at: node.mark)
            }
            settings.tls = tls
        }
        return settings
    }

    private func login(_ node: YAMLNode) -> HTTPSettings.Login? {
        let keys: Set = ["username", "username_file", "password", "password_file"]
        guard let fields = KnownMapping(node, "basic_auth", keys: keys, mistakes) else { return nil }
        if fields["username_file"] != nil {
            mistakes.add("username_file is not supported: write username", at: fields.mark("username_file"))
        }
        let reader = FieldReading(what: "basic_auth", fields: fields, mistakes: mistakes)
        let password = reader.secret("password", or: .value(Secret("")), isNeeded: false)
        return HTTPSettings.Login(name: fields.text("username") ?? "", password: password ?? .value(Secret("")))
    }

    private func authorization(_ fields: KnownMapping) -> HTTPSettings.Authorization? {
        let bearer = FieldReading(what: "http_config", fields: fields, mistakes: mistakes)
            .secret("bearer_token", isNeeded: false)
        if let bearer { return HTTPSettings.Authorization(scheme: "Bearer", credentials: bearer) }
        guard let node = fields["authorization"] else { return nil }
        let keys: Set = ["type", "credentials", "credentials_file"]
        guard let inner = KnownMapping(node, "authorization", keys: keys, mistakes) else { return nil }
        let reader = FieldReading(what: "authorization", fields: inner, mistakes: mistakes)
        return reader.secret("credentials").map {
            HTTPSettings.Authorization(scheme: inner.text("type") ?? "Bearer", credentials: $0)
        }
    }

    /// `http_headers: {NAME: {values: […], secrets: […], files: […]}}`
    private func headers(_ fields: KnownMapping) -> [HTTPSettings.Header] {
        guard let node = fields["http_headers"] else { return [] }
        guard let members = node.members else {
            mistakes.add("http_headers is \(node.kindWord), expected a mapping", at: node.mark)
            return []
        }
        return members.flatMap { member -> [HTTPSettings.Header] in
            guard let name = mistakes.text(member.key, "a header"),
                let inner = KnownMapping(member.value, name, keys: ["values", "secrets", "files"], mistakes)
            else { return [] }
            let plain = (inner.texts("values") ?? []) + (inner.texts("secrets") ?? [])
            return plain.map { HTTPSettings.Header(name: name, value: .value(Secret($0))) }
                + (inner.texts("files") ?? []).map { HTTPSettings.Header(name: name, value: .file($0)) }
        }
    }

    func tls(_ node: YAMLNode) -> TLSSettings? {
        let keys: Set = [
            "ca", "cert", "key", "ca_file", "cert_file", "key_file", "server_name", "insecure_skip_verify",
            "min_version",
            "max_version",
        ]
        guard let fields = KnownMapping(node, "tls_config", keys: keys, mistakes) else { return nil }
        for key in ["ca", "cert", "key"] where fields[key] != nil {
            mistakes.add("\(key) is not supported in tls_config: write \(key)_file", at: fields.mark(key))
        }
        var tls = TLSSettings()
        tls.authorityFile = fields.text("ca_file") ?? ""
        tls.certificateFile = fields.text("cert_file") ?? ""
        tls.keyFile = fields.text("key_file") ?? ""
        tls.serverName = fields.text("server_name") ?? ""
        tls.isUnverified = fields.flag("insecure_skip_verify") ?? false
        if tls.certificateFile.isEmpty != tls.keyFile.isEmpty {
            mistakes.add("cert_file and key_file belong together", at: fields.mark)
        }
        return tls
    }
}
