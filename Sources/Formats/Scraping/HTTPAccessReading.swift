internal import FleetModel
internal import Operations

/// The fields of Prometheus' HTTP clients, which stand among those of their section.
struct HTTPAccessReading {
    let mistakes: ConfigMistakes

    func access(_ fields: inout ConfigFields) -> HTTPAccess {
        var access = HTTPAccess()
        access.login = login(&fields)
        if let node = fields.node("tls_config") { access.tls = tls(node) }
        access.followsRedirects = fields.flag("follow_redirects") ?? true
        if let node = fields.node("http_headers") { access.headers = headers(node) }
        fields.ignore(["enable_http2"])
        let proxy = "reach the target directly or through SSH (`via: ssh`)"
        fields.refuse([
            "oauth2": "use authorization with credentials_file", "proxy_url": proxy, "proxy_from_environment": proxy,
            "no_proxy": proxy, "proxy_connect_header": proxy, "sigv4": "sign in a proxy beside the receiver",
            "azuread": "sign in a proxy beside the receiver", "google_iam": "sign in a proxy beside the receiver",
        ])
        return access
    }

    private func login(_ fields: inout ConfigFields) -> HTTPAccess.Login {
        let basic = fields.node("basic_auth")
        let authorization = fields.node("authorization")
        let token = fields.text("bearer_token")
        let tokenFile = fields.text("bearer_token_file")
        let given = [basic != nil, authorization != nil, token != nil, tokenFile != nil].filter(\.self).count
        if given > 1 {
            mistakes.add("only one of basic_auth, authorization, bearer_token and bearer_token_file", fields.mark)
        }
        if let basic { return self.basic(basic) }
        if let authorization { return self.authorization(authorization) }
        if let token { return .authorization(type: "Bearer", credentials: .text(Secret(token))) }
        if let tokenFile { return .authorization(type: "Bearer", credentials: .file(tokenFile)) }
        return .none
    }

    private func basic(_ node: YAMLNode) -> HTTPAccess.Login {
        var fields = ConfigFields(node, "basic_auth", mistakes)
        let user = fields.text("username") ?? ""
        let password = secret(&fields, "password", "password_file")
        fields.refuse([
            "username_file": "write the name itself", "username_ref": "write the name itself",
            "password_ref": "use password_file",
        ])
        fields.end()
        return .basic(user: user, password: password)
    }

    private func authorization(_ node: YAMLNode) -> HTTPAccess.Login {
        var fields = ConfigFields(node, "authorization", mistakes)
        let type = fields.text("type") ?? "Bearer"
        if type.lowercased() == "basic" { mistakes.add("for the type basic use basic_auth", fields.mark(of: "type")) }
        let credentials = secret(&fields, "credentials", "credentials_file")
        fields.refuse(["credentials_ref": "use credentials_file"])
        fields.end()
        return .authorization(type: type, credentials: credentials)
    }

    private func secret(_ fields: inout ConfigFields, _ key: String, _ fileKey: String) -> SecretSource {
        let text = fields.text(key)
        let file = fields.text(fileKey)
        if text != nil, file != nil { mistakes.add("only one of \(key) and \(fileKey)", fields.mark) }
        return file.map { .file($0) } ?? .text(Secret(text ?? ""))
    }

    private func tls(_ node: YAMLNode) -> TLSAccess {
        var fields = ConfigFields(node, "tls_config", mistakes)
        var tls = TLSAccess()
        tls.authorities = fields.text("ca")
        tls.authoritiesFile = fields.text("ca_file")
        tls.certificateFile = fields.text("cert_file")
        tls.keyFile = fields.text("key_file")
        tls.serverName = fields.text("server_name")
        tls.skipsVerification = fields.flag("insecure_skip_verify") ?? false
        for key in ["min_version", "max_version"] {
            if let version = fields.text(key), !["TLS10", "TLS11", "TLS12", "TLS13"].contains(version) {
                mistakes.add("\(key) is TLS10, TLS11, TLS12 or TLS13", fields.mark(of: key))
            }
        }
        fields.refuse(["cert": "use cert_file", "key": "use key_file"])
        fields.end()
        if (tls.certificateFile == nil) != (tls.keyFile == nil) {
            mistakes.add("cert_file and key_file belong together", node.mark)
        }
        if tls.authorities != nil, tls.authoritiesFile != nil { mistakes.add("only one of ca and ca_file", node.mark) }
        return tls
    }

    private func headers(_ node: YAMLNode) -> [String: Secret] {
        var headers: [String: Secret] = [:]
        for member in node.members ?? [] {
            guard let name = mistakes.text(member.key, "a header's name") else { continue }
            var fields = ConfigFields(member.value, "a header", mistakes)
            let values = (fields.texts("values") ?? []) + (fields.texts("secrets") ?? [])
            fields.refuse(["files": "use secrets"])
            fields.end()
            headers[name] = Secret(values.joined(separator: ", "))
        }
        return headers
    }
}
