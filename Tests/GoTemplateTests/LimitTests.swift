import GoTemplate
import Testing

/// What a user's template cannot do to us.
@Suite struct LimitTests {
    @Test(arguments: [
        "{{ range 1000000000 }}{{ end }}",
        "{{ range 100000 }}{{ range 100000 }}x{{ end }}{{ end }}",
        #"{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}"#,
        #"{{ define "a" }}{{ template "b" . }}{{ end }}{{ define "b" }}{{ template "a" . }}{{ end }}{{ template "a" }}"#,
        #"{{ $x := "aaaaaaaaaaaaaaaa" }}{{ range 60 }}{{ $x = printf "%s%s" $x $x }}{{ end }}"#,
        #"{{ printf "%1000000d%1000000d%1000000d" 1 2 3 }}"#,
        #"{{ range 100 }}{{ printf "%1000000d" 1 }}{{ end }}"#,
        #"{{ $x := printf "%1000000d" 1 }}{{ range 100000 }}{{ $y := html $x }}{{ end }}"#,
    ])
    func `a template that costs too much is ended`(text: String) throws {
        let error = #expect(throws: TemplateError.self) { try GoTemplate().render(text, with: .none) }
        let code = try #require(error).code
        #expect(code == "template.limit" || error?.problem.contains("longer than") == true, "\(error?.problem ?? "")")
    }

    @Test func `a source that is nested too deep is refused`() throws {
        let open = String(repeating: "{{if true}}", count: 5000) + String(repeating: "{{end}}", count: 5000)
        let brackets = "{{" + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000) + "}}"
        let chain = "{{if 0}}" + String(repeating: "{{else if 0}}", count: 5000) + "{{end}}"
        for text in [open, brackets, chain] {
            let error = #expect(throws: TemplateError.self) { try GoTemplate().render(text, with: .none) }
            #expect(error?.code == "template.limit")
        }
    }

    @Test(arguments: [
        "{{", "{{-", "{{- ", "{{/*", "{{/**/", "{{/* */ }}", "{{ \"", "{{ `", "{{ '", "{{ '' }}", "{{ \"\\\" }}",
        "{{ . ",
        "{{ $ := 1 }}{{ $ }}", "{{ $", "{{ -", "{{ + }}", "{{ 99999999999999999999 }}", "{{ -9223372036854775808 }}",
        "{{ 1e999 }}",
        "{{ \u{0} }}", "{{ \"\\xff\" }}", "{{ \"\\ud800\" }}", "{{ printf \"%[99999999999999999999]d\" 1 }}",
        "{{ printf \"%99999999999999999999d\" 1 }}", "{{ printf \"%.99999999999d\" 1 }}", "{{ printf \"%\" }}",
        "{{ printf \"%[\" 1 }}",
        "{{ slice \"é\" 1 }}", "{{ index \"é\" 1 }}", "{{ printf \"%c\" -1 }}",
        "{{ printf \"%U\" -9223372036854775808 }}",
        "{{ printf \"%.1000f\" 5e-324 }}", "{{ printf \"%.1000f\" 1.7976931348623157e308 }}",
        "{{ range -1 }}x{{ end }}",
        "{{ printf \"%*d\" -9223372036854775808 1 }}", "{{ define \"\" }}x{{ end }}", "{{ template \"\" }}", "{{ (",
        "{{ ) }}",
        "{{ printf \"%x\" -9223372036854775808 }}",
    ])
    func `odd sources are answered, one way or the other`(text: String) {
        _ = try? GoTemplate().render(text, with: .none)
        _ = try? GoTemplate().render(text, with: .texts(["a": "b"]), html: true)
    }

    @Test func `an error says the template, the line and the byte`() throws {
        var set = GoTemplate()
        try set.add("first\n {{ define \"inner\" }}\n  {{ len 3 }}{{ end }}", name: "mail.tmpl")
        let inner = #expect(throws: TemplateError.self) { try set.render("{{ template \"inner\" }}", with: .none) }
        #expect(
            inner?.problem
                == #"template: mail.tmpl:3:5: executing "inner" at <len 3>: error calling len: len of type int"#
        )
        let syntax = #expect(throws: TemplateError.self) { try set.check("a\nb {{ nope }}", name: "text") }
        #expect(syntax?.problem == #"template: text:2:5: function "nope" not defined"#)
        #expect(syntax?.line == 2 && syntax?.column == 5)
    }
}

/// What the embedding room hands in.
@Suite struct EmbeddingTests {
    @Test func `a function of the table is called with what it declares, and its error is told`() throws {
        let functions = [
            "twice": GoFunction([.string]) { .string($0[0].string + $0[0].string) },
            "half": GoFunction([.float]) { .float($0[0].float / 2) },
            "never": GoFunction { _ throws(GoFunctionError) in throw GoFunctionError("no such thing") },
        ]
        let set = GoTemplate(functions: functions)
        #expect(
            try set.render("{{ twice .a }} {{ half 3 }} {{ .a | twice | twice }}", with: .texts(["a": "x"]))
                == "xx 1.5 xxxx"
        )
        let wrong = #expect(throws: TemplateError.self) { try set.render("{{ twice 1 }}", with: .none) }
        #expect(wrong?.problem == #"template: :1:9: executing "" at <1>: expected string; found 1"#)
        let failed = #expect(throws: TemplateError.self) { try set.render("{{ never }}", with: .none) }
        #expect(failed?.problem.hasSuffix("error calling never: no such thing") == true)
    }

    @Test func `a later source replaces templates of an earlier one, a blank one does not`() throws {
        var set = GoTemplate()
        try set.add(#"{{ define "title" }}one{{ end }}"#, name: "a.tmpl")
        try set.add(#"{{ define "title" }}two{{ end }}"#, name: "b.tmpl")
        try set.add("{{ define \"title\" }} \n {{ end }}", name: "c.tmpl")
        #expect(try set.render(#"{{ template "title" }}"#, with: .none) == "two")
        #expect(set.names.contains("title"))
    }

    @Test func `labels and values of a Prometheus annotation`() throws {
        let prelude = "{{$labels := .Labels}}{{$value := .Value}}"
        let data = GoValue.map(GoMap(["Labels": .texts(["instance": "pi-01"]), "Value": .float(81.5)]))
        let text = "{{ $labels.instance }} disk {{ $value }}%{{ $labels.none }}{{ printf \"%.0f\" $value }}"
        #expect(try GoTemplate().render(prelude + text, with: data) == "pi-01 disk 81.5%82")
    }

    @Test func `values in HTML are escaped for their place`() throws {
        let data = GoValue.map(
            GoMap([
                "t": .string(#"<b> & "it's" +"#), "u": .string("javascript:alert(1)"),
                "w": .string("http://x/a b?q=\"1\""),
            ])
        )
        let text =
            #"<p title="{{ .t }}">{{ .t }}</p><a href="{{ .u }}">x</a><a href='{{ .w }}'>y</a><a href="/s?q={{ .u }}">"#
        let html =
            #"<p title="&lt;b&gt; &amp; &#34;it&#39;s&#34; &#43;">&lt;b&gt; &amp; &#34;it&#39;s&#34; &#43;</p>"#
            + ##"<a href="#ZgotmplZ">x</a><a href='http://x/a%20b?q=%221%22'>y</a>"##
            + #"<a href="/s?q=javascript:alert%281%29">"#
        #expect(try GoTemplate().render(text, with: data, html: true) == html)
        #expect(try GoTemplate().render(text, with: data).contains("<b>"))
        let code = #expect(throws: TemplateError.self) {
            try GoTemplate().render("<script>{{ .t }}</script>", with: data, html: true)
        }
        #expect(code?.problem.contains("script") == true)
        let style = "<style>p { x }</style><td style=\"a: b\" class=\"{{ .u }}\">{{ .t }}"
        #expect(try GoTemplate().render(style, with: data, html: true).hasSuffix("&#43;"))
    }
}
